// Pictures that open full screen, clips with a button for a thumb, films.
import { icon, make } from "./dom.js";
import { word } from "./words.js";

const PLAY = "M7 4.5v15l13-7.5z";
const PAUSE = "M6 4.5h4v15H6zM14 4.5h4v15h-4z";
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const SPEED_KEPT = "labelbot-speed";

export function mediaOf(media, several) {
  const shown = { image: picture, audio: clip, video: film }[media.kind](media);
  if (!several) return shown;
  return make("figure", {}, shown, make("figcaption", { dir: "auto" }, media.alt));
}

function picture(media) {
  const image = make("img", { src: media.url, alt: media.alt, decoding: "async", draggable: "false" });
  const button = make("button", { type: "button", class: "picture", title: word("open_picture") }, image);
  if (media.width && media.height) {
    image.width = media.width;
    image.height = media.height;
    button.style.setProperty("--ratio", String(media.width / media.height));
  }
  button.addEventListener("click", () => view(media));
  image.addEventListener("error", () => button.replaceWith(missing()));
  return button;
}

// A dialog that scrolls: pinching zooms as everywhere in the browser, a click shows the original size.
function view(media) {
  const image = make("img", { src: media.url, alt: media.alt });
  const close = make("button", { type: "button", class: "round", "aria-label": word("close") }, icon("M6 6l12 12M18 6L6 18"));
  const zoom = make("button", { type: "button", class: "zoom", "aria-label": word("zoom"), "aria-pressed": "false" }, image);
  const dialog = make("dialog", { class: "viewer", "aria-label": media.alt }, zoom, close);
  zoom.addEventListener("click", () => {
    const large = dialog.classList.toggle("large");
    zoom.setAttribute("aria-pressed", String(large));
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

function clip(media) {
  const audio = make("audio", { src: media.url, preload: "metadata" });
  const play = make("button", { type: "button", class: "play", "aria-label": word("play") }, icon(PLAY));
  const track = make("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": word("position") });
  const times = make("span", { class: "times" });
  const pace = speedButton();
  const name = make("span", { class: "name", dir: "auto" }, media.alt);
  const middle = make("div", { class: "middle" }, name, track, times);
  const player = make("div", { class: "player", role: "group", "aria-label": media.alt }, audio, play, middle, pace);
  follow(audio, { play, track, times, seconds: media.seconds ?? 0 });
  audio.addEventListener("error", () => player.replaceWith(missing()));
  return player;
}

function follow(audio, { play, track, times, seconds }) {
  const length = () => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : seconds);
  const show = () => {
    const share = length() ? audio.currentTime / length() : 0;
    if (document.activeElement !== track || !audio.paused) track.value = String(Math.round(share * 1000));
    track.style.setProperty("--share", `${share * 100}%`);
    track.setAttribute("aria-valuetext", `${clock(audio.currentTime)} / ${clock(length())}`);
    times.textContent = `${clock(audio.currentTime)} / ${clock(length())}`;
  };
  const state = () => {
    play.replaceChildren(icon(audio.paused ? PLAY : PAUSE));
    play.setAttribute("aria-label", word(audio.paused ? "play" : "pause"));
    show();
  };
  play.addEventListener("click", () => toggle(audio));
  track.addEventListener("input", () => (audio.currentTime = (Number(track.value) / 1000) * length()));
  for (const event of ["timeupdate", "loadedmetadata", "durationchange", "seeked"]) audio.addEventListener(event, show);
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, state);
  audio.addEventListener("play", () => begins(audio));
  show();
}

function film(media) {
  const video = make("video", { src: media.url, controls: true, playsinline: true, preload: "metadata" });
  video.setAttribute("aria-label", media.alt || word("video"));
  if (media.width && media.height) video.style.setProperty("--ratio", String(media.width / media.height));
  video.addEventListener("play", () => begins(video));
  video.addEventListener("error", () => video.replaceWith(missing()));
  return video;
}

export function toggle(player) {
  // Refused where the file is gone; the player says so itself.
  if (player.paused) player.play().catch(() => {});
  else player.pause();
}

// One thing plays at a time, at the speed that was chosen last.
function begins(player) {
  player.playbackRate = speed();
  for (const other of document.querySelectorAll("audio, video")) {
    if (other !== player) other.pause();
  }
}

function speedButton() {
  const button = make("button", { type: "button", class: "speed" });
  const show = () => {
    button.textContent = `${speed()}×`;
    button.setAttribute("aria-label", `${word("speed")} ${speed()}`);
  };
  button.addEventListener("click", () => {
    localStorage.setItem(SPEED_KEPT, String(SPEEDS[(SPEEDS.indexOf(speed()) + 1) % SPEEDS.length]));
    for (const player of document.querySelectorAll("audio, video")) player.playbackRate = speed();
    show();
  });
  show();
  return button;
}

function speed() {
  const kept = Number(localStorage.getItem(SPEED_KEPT));
  return SPEEDS.includes(kept) ? kept : 1;
}

function missing() {
  return make("p", { class: "missing" }, word("no_media"));
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
