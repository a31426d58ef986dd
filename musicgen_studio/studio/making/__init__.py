"""From an order to clips: sources, making, finishing, the record of how, the queue, making again."""
