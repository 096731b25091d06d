"""What draws: lines, charts, tables; no mathematics."""
