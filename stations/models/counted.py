"""What happens again and again is one row."""

from django.db import models


class Counted(models.Model):
    """How often it was seen, and when first and last."""

    count = models.PositiveBigIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        abstract = True
