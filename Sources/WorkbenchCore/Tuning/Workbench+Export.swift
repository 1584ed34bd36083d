import Domain

extension Workbench {
  /// Writes training rows for another tool, divided as a job would divide them.
  /// - Throws: `WorkbenchError.input` when the tool has no form for rows of this kind, or `Problem`.
  package func exportTrainingData(_ request: ExportRequest) async throws -> ExportReport {
    var settings = snapshot.workspace.training.settings
    if let share = request.validationShare { settings.validationShare = share }
    let rows = try await dependencies.files.trainingRows(at: request.data)
    let format = request.format
    guard let kind = rows.first?.kind, format.kinds.contains(kind) else {
      let others = TrainingFormat.allCases.filter { rows.first.map { $0.kind }.map($0.kinds.contains) ?? false }
      throw WorkbenchError.input(
        "\(request.data) holds \(rows.first?.kind.plural ?? "nothing"), and \(format.tool) has no form of them under "
          + "\"\(format.rawValue)\". These take them: \(others.map(\.rawValue).joined(separator: ", ")).")
    }
    var parts = [ExportPart(name: "train", rows: rows)]
    if settings.validationShare > 0 {
      let split = try await Self.split(rows, settings, file: request.data)
      parts = [ExportPart(name: "train", rows: split.train), ExportPart(name: "valid", rows: split.validation)]
    }
    let name = request.data.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
    var report = try await dependencies.files.export(
      parts, as: format, named: name.isEmpty ? "assay" : String(name), to: request.folder)
    report.notes += Self.notes(on: parts, format, settings)
    return report
  }

  /// What the tool will object to.
  private static func notes(
    on parts: [ExportPart], _ format: TrainingFormat, _ settings: TrainingSettings
  ) -> [String] {
    var notes: [String] = []
    if format == .openai || format == .openaiDPO, let train = parts.first, train.rows.count < 10 {
      notes.append("OpenAI's API takes 10 rows at least; train.jsonl has \(train.rows.count).")
    }
    if format == .mlx, let small = parts.first(where: { $0.rows.count < settings.batchSize }) {
      notes.append(
        "mlx-lm takes no file with fewer rows than a batch: \(small.name).jsonl has \(small.rows.count), so choose "
          + "--batch-size \(small.rows.count) or less.")
    }
    notes += unread(parts.flatMap(\.rows), by: format)
    if format == .llamaFactory || format == .axolotl {
      let odd = parts.flatMap(\.rows).count { !$0.alternates }
      if odd > 0 {
        notes.append(
          "\(odd) row\(odd == 1 ? "" : "s") don't go to and fro between user and assistant; \(format.tool) may skip or "
            + "refuse \(odd == 1 ? "it" : "them").")
      }
    }
    return notes
  }
}

extension Workbench {
  /// Members that were written and that the tool won't read, or not without being told.
  private static func unread(_ rows: [TrainingRow], by format: TrainingFormat) -> [String] {
    if format == .openai || format == .openaiDPO {
      let refused = rows.lazy.compactMap { row in row.hostedRefusal.map { "\(row.place): \($0)." } }
      let unused = rows.first { !$0.unused.isEmpty }.map { first in
        "Members that mean nothing to the API are left out, such as `\(first.unused[0])` of \(first.place)."
      }
      return Array(refused.prefix(10)) + (unused.map { [$0] } ?? [])
    }
    let readsTemplates = format == .mlx || format == .trl
    var names: [String] = []
    let odd = rows.filter { row in
      let unread = row.memberNames.filter { !readsTemplates || $0 == "weight" }
      for name in unread where !names.contains(name) { names.append(name) }
      return !unread.isEmpty
    }
    guard let first = odd.first else { return [] }
    let told = names.prefix(6).map { "`\($0)`" }.joined(separator: ", ")
    return [
      "\(odd.count) row\(odd.count == 1 ? " has" : "s have") \(told) (\(first.place) first), which \(format.tool) "
        + (readsTemplates ? "does not read." : "reads only where its configuration says so.")
    ]
  }
}

extension TrainingRow {
  /// Whether user and assistant speak in turn after at most one system message; true of a text.
  fileprivate var alternates: Bool {
    guard kind != .text else { return true }
    let spoken = messages.first?.role == .system ? messages.dropFirst() : messages[...]
    return spoken.enumerated().allSatisfy { $0.element.role == ($0.offset % 2 == 0 ? .user : .assistant) }
  }
}
