/// A form of training files that another tool reads.
package enum TrainingFormat: String, Sendable, Hashable, CaseIterable {
  /// OpenAI's fine-tuning API, supervised.
  case openai
  /// OpenAI's fine-tuning API, direct preference optimization.
  case openaiDPO = "openai-dpo"
  /// Hugging Face TRL.
  case trl
  /// mlx-lm.
  case mlx
  /// Axolotl.
  case axolotl
  /// LLaMA-Factory.
  case llamaFactory = "llama-factory"

  /// The kinds of rows that it has a form for.
  package var kinds: [TrainingRow.Kind] {
    switch self {
    case .openai: [.conversation]
    case .openaiDPO: [.pair]
    case .mlx: [.conversation, .text]
    case .trl, .axolotl, .llamaFactory: TrainingRow.Kind.allCases
    }
  }

  /// The tool's name, for sentences.
  package var tool: String {
    switch self {
    case .openai, .openaiDPO: "OpenAI's API"
    case .trl: "TRL"
    case .mlx: "mlx-lm"
    case .axolotl: "Axolotl"
    case .llamaFactory: "LLaMA-Factory"
    }
  }
}

/// What to write for another tool.
package struct ExportRequest: Sendable, Hashable {
  /// The file of rows, relative to the workspace.
  package var data: String
  /// For which tool.
  package var format: TrainingFormat
  /// The folder to write to, in full; made where it isn't there.
  package var folder: String
  /// Share of rows for validation, 0 to 0.5; as the workspace says where nil, and 0 writes one file.
  package var validationShare: Double?
  package init(data: String, format: TrainingFormat, folder: String, validationShare: Double? = nil) {
    self.data = data
    self.format = format
    self.folder = folder
    self.validationShare = validationShare
  }
}

/// A file of rows to write for another tool.
package struct ExportPart: Sendable {
  /// The file's name without its ending: `train` or `valid`.
  package var name: String
  /// Its rows.
  package var rows: [TrainingRow]
  package init(name: String, rows: [TrainingRow]) {
    self.name = name
    self.rows = rows
  }
}

/// What was written for another tool.
package struct ExportReport: Sendable, Hashable {
  /// The files, in full, with their rows; 0 for one that holds none.
  package var files: [String: Int] = [:]
  /// What belongs into the tool's configuration.
  package var snippet: String?
  /// What a person should know, in sentences.
  package var notes: [String] = []
  package init() {}
}
