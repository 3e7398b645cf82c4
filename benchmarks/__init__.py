"""What labelbot costs: one script a figure, each beside a floor measured in the same run."""
