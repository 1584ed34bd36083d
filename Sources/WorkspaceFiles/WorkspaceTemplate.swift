import Domain
import Files
import Foundation

/// What `assay init` writes: a small workspace that works at once, offline, with recorded answers.
package enum WorkspaceTemplate {
  /// Writes the workspace's files; makes the folder where it doesn't exist.
  /// - Returns: the paths of the files written, relative to the folder.
  /// - Throws: `Problem` when a file is there already; nothing is written then.
  @discardableResult
  package static func write(to folder: String) throws -> [String] {
    try check(folder)
    let folder = WorkspaceFolder(folder)
    var written: [String] = []
    for file in files where !WorkspaceFolder.exists(folder.path + "/" + file.path) {
      do {
        try folder.replace(folder.path + "/" + file.path, with: Array(file.text.utf8))
        written.append(file.path)
      } catch {
        throw Problem(file: file.path, message: error.description)
      }
    }
    return written
  }

  /// Whether a workspace can be made in a folder, or the folder be made.
  /// - Throws: `Problem` when a file is there already.
  package static func check(_ folder: String) throws {
    let folder = WorkspaceFolder(folder)
    let present = files.map(\.path).filter { $0 != ".gitignore" && WorkspaceFolder.exists(folder.path + "/" + $0) }
    guard present.isEmpty else {
      throw Problem(
        file: present[0],
        message: "\(folder.path) has \(present.joined(separator: ", ")) already, and nothing is overwritten; choose "
          + "another folder, or open this one with `assay \(folder.path)`.")
    }
  }

  /// The files in the order they are written; `assay.yaml` last, so that a folder with one is complete.
  static var files: [(path: String, text: String)] {
    [
      (".gitignore", ".assay/\n"),
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
