import Content
import Domain
import Formats

extension Workspace {
  /// System texts that its variants' prompts send, each as the texts around its slots.
  package var systemTexts: [[String]] {
    var texts: [[String]] = []
    for variant in variants {
      guard let prompt = prompt(variant.prompt) else { continue }
      let version = PromptVersion(freezing: prompt, variant.choice)
      for template in version.templates where template.role == .system {
        let pieces = PromptTemplate.literals(of: template.content)
        if !texts.contains(pieces) { texts.append(pieces) }
      }
    }
    return texts
  }
}

extension Workbench {
  /// Adds the cases that a file gave to an eval set: makes it where there is none, leaves out what it has already.
  /// - Throws: `WorkbenchError.input`, or `Problem` where a file can't be written; then no file was changed.
  package func importCases(_ output: ImportOutput, _ request: ImportRequest) async throws -> ImportReport {
    let workspace = snapshot.workspace
    try Self.check(request.set)
    var work = CaseImport(request)
    let cases = try work.chosen(output.cases)
    var additions: [CaseAddition] = []
    for part in Set(cases.map(\.part)).sorted() {
      let name = part == 0 ? request.set : "\(request.set)-\(part + 1)"
      let known = workspace.evalSet(name)
      if known == nil, let broken = workspace.brokenSet, broken.name == name {
        throw WorkbenchError.flawed("imported", [broken.problem])
      }
      let graders = output.graders.indices.contains(part) ? output.graders[part] : []
      let path = known?.path ?? "evals/\(name).jsonl"
      let before = try await existing(known, at: path)
      let lines = work.lines(cases.filter { $0.part == part }, besides: before)
      additions.append(CaseAddition(set: name, path: path, lines: lines, graders: known == nil ? graders : []))
      work.note(
        ImportReport.Part(
          set: name, path: path, isNew: known == nil, added: lines.count, total: before.count + lines.count,
          first: Array(lines.prefix(5)), graders: known == nil ? graders : []))
    }
    guard !request.isPreview else { return work.report }
    let changes = additions.filter { !$0.lines.isEmpty }
    if !changes.isEmpty {
      try await dependencies.files.append(changes)
      await reloadFiles()
    }
    return work.report
  }

  /// The cases that a set has; of a set that isn't registered those of its file.
  private func existing(_ known: EvalSet?, at path: String) async throws -> [EvalCase] {
    if let known { return known.cases }
    return try await dependencies.files.cases(at: path)
  }

  /// Names are keys of `assay.yaml` and names of files.
  /// - Throws: `WorkbenchError.input`.
  static func check(_ name: String) throws {
    let isUsable =
      !name.isEmpty && name.utf8.count <= 100 && name.first != "-" && name.first != "."
      && name.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
    guard isUsable else {
      throw WorkbenchError.input(
        "\"\(name.prefix(100))\" can't be the name of an eval set: use letters, digits, \"-\", \"_\" and \".\" (--set NAME)."
      )
    }
  }
}
