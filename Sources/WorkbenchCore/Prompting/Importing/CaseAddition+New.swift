import Content
import Domain
import Formats

extension CaseAddition {
  /// The eval sets that a file's cases make where there is none yet.
  /// - Returns: the sets, their cases, and what became of the others.
  /// - Throws: `WorkbenchError.input` where personal data is refused and there is some.
  package static func new(
    _ output: ImportOutput, _ request: ImportRequest
  ) throws -> (sets: [CaseAddition], cases: [ImportCase], report: ImportReport) {
    var work = CaseImport(request)
    let cases = try work.chosen(output.cases)
    var sets: [CaseAddition] = []
    for part in Set(cases.map(\.part)).sorted() {
      let name = part == 0 ? request.set : "\(request.set)-\(part + 1)"
      let lines = work.lines(cases.filter { $0.part == part }, besides: [])
      let graders = output.graders.indices.contains(part) ? output.graders[part] : []
      sets.append(CaseAddition(set: name, path: "evals/\(name).jsonl", lines: lines, graders: graders))
      work.note(
        ImportReport.Part(
          set: name, path: "evals/\(name).jsonl", isNew: true, added: lines.count, total: lines.count,
          first: Array(lines.prefix(5)), graders: graders))
    }
    return (sets, cases, work.report)
  }
}
