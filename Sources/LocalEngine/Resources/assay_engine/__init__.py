"""The Python side of Assay: serves, tunes and converts models in the private environments of the local engine.

`__main__.py` runs its programs. The packages are

- `serve`: an OpenAI-compatible server for one model, on top of mlx-lm's
- `train`: what both training back ends share: the job, its spec, rows, events, pre-flight and samples
- `mlx`, `trl`: the training back ends
- `adapters`: converts and fuses adapters, quantises models
- `templates`: renders chat templates within limits

Modules import heavy packages (mlx, torch, transformers) inside functions, so that importing a module needs Python's
standard library only.
"""
