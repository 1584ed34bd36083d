/// What `assay init` writes: a small workspace that works at once, offline, with recorded answers.
package enum WorkspaceTemplate {
  /// The files in the order they are written; `assay.yaml` last, so that a folder with one is complete.
  package static var files: [NewWorkspace.File] {
    [
      NewWorkspace.gitignore,
      ("prompts/main/10-task.md", "Sort a message from a customer into one of three kinds: bug, question or praise.\n"),
      (
        "prompts/main/50-format.md",
        "Answer with one JSON object and nothing else, for example {\"label\": \"question\"}.\n"
      ),
      ("prompts/main/80-message.md", "Message: {{ message }}\n"),
      ("evals/main.jsonl", cases),
      ("recorded.jsonl", answers),
      ("assay.yaml", config),
    ]
  }

  private static let cases = """
    {"id": "crash", "input": {"message": "The app closes when I tap on Export."}, "expected": {"label": "bug"}, "tags": ["easy"]}
    {"id": "refund", "input": {"message": "How do I change the address on my invoice?"}, "expected": {"label": "question"}, "tags": ["easy"]}
    {"id": "mixed", "input": {"message": "Love the new look, but search finds nothing any more."}, "expected": {"label": "bug"}, "tags": ["mixed"]}

    """

  private static let answers = """
    {"id": "crash", "output": "{\\"label\\": \\"bug\\"}"}
    {"id": "refund", "output": "{\\"label\\": \\"question\\"}"}
    {"id": "mixed", "output": "{\\"label\\": \\"praise\\"}"}

    """

  private static let config = """
    # What is evaluated here, and on which models. Paths are relative to this file.
    # `assay` opens this workspace; `assay eval first` evaluates without the screens.

    models:
      # Answers recorded earlier, so that everything works before you have a key:
      recorded: { api: replay, file: recorded.jsonl }
      # Any endpoint that speaks OpenAI's chat completions; the key comes from an environment variable:
      # hosted: { api: openai, base_url: "https://api.openai.com/v1", model: gpt-4o-mini, key_env: OPENAI_API_KEY,
      #           price: { input: 0.15, cached_input: 0.075, output: 0.60 } }
      # The local engine (`assay engine install`); a folder or a hub id:
      # local: { api: mlx, path: models/my-model }

    prompts:
      main: prompts/main          # a file for each section, in the order of their numbers; 80 and up is the user's part

    eval_sets:
      main: evals/main.jsonl      # a case on each line: {"id", "input", "expected", "tags"}
      # `assay cases general --write evals/general.jsonl` adds tasks that show what tuning makes a model forget

    graders:
      - { type: json-equal, fields: [label] }

    variants:
      first: { model: recorded, prompt: main, temperature: 0, max_tokens: 32 }
      # second: { model: hosted, prompt: main, temperature: 0, max_tokens: 32 }

    # What `assay train` does when told nothing else:
    # training: { base: local, data: train/main.jsonl, prompt: main, method: lora, rank: 8, epochs: 3 }

    # What the verdict needs and can't measure:
    # facts: { queries_per_month: 10000, hourly_rate: 80, engineering_hours: 8, requirements_moving: false }

    """
}
