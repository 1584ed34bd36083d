import Foundation

/// Small real inputs: the samples and the documentation of the repository.
enum Corpus {
  static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let sample = "workspaces/support-triage"

  static func text(_ path: String) -> String {
    (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  private static func texts(in folder: String, _ ending: String) -> [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted().map { text("\(folder)/\($0)") }
  }

  /// `assay.yaml` of the sample, and the examples of the documentation.
  static let configurations = [text("\(sample)/assay.yaml")] + examples("yaml")

  static let sections =
    texts(in: "\(sample)/prompts", ".md") + ["---\ntitle: Task\nrole: user\non: false\n---\nSay {{ x }}\n"]

  /// A few lines of each eval set.
  static let cases = texts(in: "\(sample)/evals", ".jsonl").map { beginning($0, lines: 4) } + examples("json")

  /// A few rows of each training file, and one of each form.
  static let rows =
    texts(in: "\(sample)/train", ".jsonl").map { beginning($0, lines: 3) } + [
      #"{"prompt": "a", "completion": "b", "group": "g1", "source": {"run": 3, "case": "c"}}"#,
      #"{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}"#,
      #"{"prompt": [{"role": "user", "content": "u"}], "chosen": "good", "rejected": "bad"}"#,
      #"{"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "f"}}]}"#,
    ]

  static let themes = texts(in: "themes", ".theme")

  private static func beginning(_ text: String, lines: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).prefix(lines).joined(separator: "\n") + "\n"
  }

  /// The fenced blocks of a language in the documentation.
  private static func examples(_ language: String) -> [String] {
    let pages = [text("README.md")] + texts(in: "docs", ".md")
    return pages.flatMap { page in
      page.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
        $0.components(separatedBy: "\n```").first
      }
    }
  }
}
