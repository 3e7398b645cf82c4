// Telegram around the page: who opened it, its colours, its edges, its buttons. Where its script is missing or late,
// what stands in the page's address is enough to begin with.
const LAUNCH = new URLSearchParams(location.hash.slice(1));

export function initData() {
  return LAUNCH.get("tgWebAppData") || app()?.initData || "";
}

// The number of the person, to tell apart who shares a device; nothing that would prove who they are.
export function person() {
  try {
    return String(JSON.parse(new URLSearchParams(initData()).get("user")).id);
  } catch {
    return "";
  }
}

function app() {
  return window.Telegram?.WebApp?.initData ? window.Telegram.WebApp : null;
}

export class Telegram {
  // `onBack` follows Telegram's own button back.
  constructor({ onBack }) {
    this.onBack = onBack;
    this.unsent = false;
    attempt(() => paint(JSON.parse(LAUNCH.get("tgWebAppThemeParams") ?? "{}")));
    if (app()) this.join();
    else document.querySelector("script[src^='https://telegram.org/']")?.addEventListener("load", () => app() && this.join());
  }

  join() {
    const telegram = app();
    telegram.ready();
    telegram.expand();
    // A finger that draws downwards would close the page.
    attempt(() => telegram.disableVerticalSwipes());
    attempt(() => telegram.BackButton.onClick(this.onBack));
    attempt(() => telegram.BackButton.show());
    for (const event of ["safeAreaChanged", "contentSafeAreaChanged"]) telegram.onEvent(event, () => edges(telegram));
    telegram.onEvent("themeChanged", () => paint(telegram.themeParams, telegram.colorScheme));
    edges(telegram);
    paint(telegram.themeParams, telegram.colorScheme);
    this.guard(this.unsent);
  }

  // Asks before closing while there is something that was not sent.
  guard(unsent) {
    this.unsent = unsent;
    const telegram = app();
    if (!telegram) return;
    attempt(() => (unsent ? telegram.enableClosingConfirmation() : telegram.disableClosingConfirmation()));
  }

  // A nod of the phone: something was marked or sent.
  nod(kind) {
    attempt(() => (kind === "sent" ? app()?.HapticFeedback.notificationOccurred("success") : app()?.HapticFeedback.selectionChanged()));
  }

  // Telegram's phones listen without its script, too.
  close() {
    if (app()) app().close();
    else window.TelegramWebviewProxy?.postEvent("web_app_close", "{}");
  }
}

// Older versions of Telegram lack some of it, and say so by an error.
function attempt(work) {
  try {
    work();
  } catch (error) {
    console.info("Telegram cannot do that here:", error.message);
  }
}

function edges(telegram) {
  for (const side of ["top", "bottom", "left", "right"]) {
    const room = (telegram.safeAreaInset?.[side] ?? 0) + (telegram.contentSafeAreaInset?.[side] ?? 0);
    document.documentElement.style.setProperty(`--edge-${side}`, `${room}px`);
  }
}

const OURS = {
  "--surface": "bg_color", "--wall": "secondary_bg_color", "--ink": "text_color", "--brand": "button_color",
  "--on-brand": "button_text_color", "--brand-ink": "link_color", "--danger": "destructive_text_color",
};

function paint(theme, scheme) {
  if (!theme.bg_color || !theme.text_color) return;
  const style = document.documentElement.style;
  for (const [name, theirs] of Object.entries(OURS)) if (theme[theirs]) style.setProperty(name, theme[theirs]);
  style.colorScheme = scheme ?? (isDark(theme.bg_color) ? "dark" : "light");
  document.documentElement.classList.add("themed");
}

function isDark(colour) {
  const [red, green, blue] = colour.match(/[\da-f]{2}/gi).map((part) => parseInt(part, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
