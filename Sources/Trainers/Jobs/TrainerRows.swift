import Content
import Domain

/// The lines of `train.jsonl`, `valid.jsonl` and `samples.jsonl`, in the forms of `train/rows.py` and `train/samples.py`.
enum TrainerRows {
  /// All rows as text, one a line, with all of their members.
  static func text(of rows: [TrainingRow]) -> String {
    rows.map { JSONValue.object($0.json).text(.compact) + "\n" }.joined()
  }

  /// All samples as text, one a line.
  static func text(of samples: [SamplePrompt]) -> String {
    samples.map { sample in
      var row: JSONObject = [
        "id": .string(sample.id), "messages": .array(sample.messages.map { RowMessage($0).json }),
        "max_tokens": JSONValue(sample.maxTokens),
      ]
      row["expected"] = sample.expected.map { .string($0) }
      return JSONValue.object(row).text(.compact) + "\n"
    }.joined()
  }

  /// For each file of rows where they stand in the person's files, such as `train/main.jsonl:12`, in their order; null
  /// for a row that wasn't read.
  static func places(_ plan: TrainingPlan) -> JSONValue {
    func places(of rows: [TrainingRow]) -> JSONValue {
      .array(rows.map { $0.line > 0 ? .string("\($0.file):\($0.line)") : .null })
    }
    return ["train.jsonl": places(of: plan.rows), "valid.jsonl": places(of: plan.validationRows)]
  }
}
