"""Settings in words."""

from ui.state.settings import Settings


def in_words(settings: Settings) -> str:
    """Say the settings in one line."""
    training = settings.hyperparameters
    batch = f"batches of {training.batch_size}" if training.batch_size else "full batch"
    parts = [
        f"{settings.hidden_size} {settings.activation} units",
        f"{settings.init} start",
        training.optimizer.replace("_", " "),
        f"learning rate {training.learning_rate:g}",
        batch,
        f"{training.iterations:,} iterations",
        f"weight decay {training.l2:g}" if training.l2 else "",
        f"dropout {training.dropout:g}" if training.dropout else "",
        "distorted digits" if settings.distort else "",
        f"seeds {training.seed} to {training.seed + 9}",
    ]
    return ", ".join(part for part in parts if part)
