import Content

/// How records mean cases.
package enum ImportFormat: String, Sendable, Hashable, CaseIterable {
  case fields
  case chat
  case promptfoo
  case promptfooResults = "promptfoo-results"
  case openaiEvals = "openai-evals"
  case openaiHostedEvals = "openai-hosted-evals"
  case openaiCompletions = "openai-completions"
  case inspect
  case inspectLog = "inspect-log"
  case lmEval = "lm-eval"
  case langfuse
  case litellm
  case openTelemetry = "opentelemetry"
  case alpaca
  case sharegpt
  case trl

  /// What people call it.
  package var name: String {
    switch self {
    case .fields: "records with fields"
    case .chat: "chat messages (OpenAI)"
    case .promptfoo: "promptfoo tests"
    case .promptfooResults: "promptfoo results"
    case .openaiEvals: "OpenAI evals samples"
    case .openaiHostedEvals: "an OpenAI hosted eval"
    case .openaiCompletions: "OpenAI stored completions"
    case .inspect: "an Inspect dataset"
    case .inspectLog: "an Inspect log"
    case .lmEval: "lm-eval samples"
    case .langfuse: "a Langfuse export"
    case .litellm: "LiteLLM logs"
    case .openTelemetry: "OpenTelemetry GenAI spans"
    case .alpaca: "Alpaca rows"
    case .sharegpt: "ShareGPT conversations"
    case .trl: "rows of TRL or Axolotl"
    }
  }

  /// Whether its records are what people really sent: personal data in them is masked unless told otherwise.
  package var isProductionLog: Bool {
    switch self {
    case .openaiCompletions, .langfuse, .litellm, .openTelemetry: true
    default: false
    }
  }
}

/// How a file is to be read.
package struct ImportOptions: Sendable, Hashable {
  /// Which fields become what.
  package var map = FieldMap()
  /// Columns of a table whose cells are read as JSON.
  package var jsonCells: Set<String> = []
  /// System texts of the workspace's own prompts, each as the texts around its slots: a message that equals one, whatever
  /// fills the slots, is left out, since the prompt sends it.
  package var systemTexts: [[String]] = []
  /// Whether what a log's model answered is what is expected; else it is kept in the metadata as `answer`.
  package var expectsAnswers = false
  /// How much is taken in.
  package var limits = ReadLimits()

  /// The usual options.
  package init() {}
}

/// Makes cases of a format's records.
protocol FormatReader: Sendable {
  /// Takes in the next record.
  mutating func read(_ record: Record, into output: inout ImportOutput)
  /// Ends the file.
  mutating func finish(into output: inout ImportOutput)
}

extension FormatReader {
  mutating func finish(into output: inout ImportOutput) {}
}

/// Turns a file's bytes, in pieces of any size, into cases.
package struct Importer: Sendable {
  private var records: RecordReader
  private var reader: any FormatReader
  private var output = ImportOutput()

  /// An importer of a file that holds its records in a container and means them in a format.
  package init(_ format: ImportFormat, in container: Container, options: ImportOptions = ImportOptions()) {
    records = RecordReader(container, limits: options.limits)
    let isTable = if case .table = container { true } else { false }
    reader = Self.reader(of: format, options, isTable: isTable)
  }

  private static func reader(of format: ImportFormat, _ options: ImportOptions, isTable: Bool) -> any FormatReader {
    switch format {
    case .fields: FieldReader(options, isTable: isTable)
    case .chat: ChatReader(options)
    case .promptfoo: PromptfooReader()
    case .promptfooResults: PromptfooResultsReader()
    case .openaiEvals: OpenAIEvalsReader(options)
    case .openaiHostedEvals: OpenAIHostedEvalReader(options)
    case .openaiCompletions: StoredCompletionsReader(options)
    case .inspect: InspectReader(options)
    case .inspectLog: InspectLogReader(options)
    case .lmEval: LMEvalReader()
    case .langfuse: LangfuseReader(options)
    case .litellm: LiteLLMReader(options)
    case .openTelemetry: OpenTelemetryReader(options)
    case .alpaca: AlpacaReader()
    case .sharegpt: ShareGPTReader(options)
    case .trl: TRLReader(options)
    }
  }

  /// Takes in the next bytes.
  package mutating func feed(_ bytes: ArraySlice<UInt8>) { take(records.feed(bytes)) }

  private mutating func take(_ items: [RecordReader.Item]) {
    for item in items {
      output.read += 1
      switch item {
      case .failure(let failure): output.fail(failure)
      case .record(let record): reader.read(record, into: &output)
      }
    }
  }

  /// The cases that are complete; they are not given again.
  package mutating func drain() -> [ImportCase] {
    defer { output.cases = [] }
    return output.cases
  }

  /// Ends the file and gives what is left, with everything that was noted.
  package mutating func finish() -> ImportOutput {
    take(records.finish())
    reader.finish(into: &output)
    output.finishNotes()
    return output
  }

  /// Reads a file that is in memory.
  package static func read(
    _ bytes: [UInt8], as format: ImportFormat, in container: Container, options: ImportOptions = ImportOptions()
  ) -> ImportOutput {
    var importer = Importer(format, in: container, options: options)
    importer.feed(bytes[...])
    return importer.finish()
  }
}
