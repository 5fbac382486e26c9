"""The experiment that tests what LoRA gains: phantoms, bases, runs, a ledger and verdicts."""
