import Content
import Domain
import Grading

/// Notices from the answers of a run that a server ignores options which it takes without complaint.
struct OptionWatch: Sendable {
  private let limit: Int?
  private let stop: [String]
  private let wantsJSON: Bool
  /// What makes a model answer alike each time, as far as it was asked to.
  private let steadiness: ModelProbe.Ability?
  /// How the first answer to a case begins.
  private var beginnings: [String: String] = [:]
  private var pairs = 0
  /// Answers whose form was looked at.
  private var forms = 0
  private var breaches: [ModelProbe.Ability: Int] = [:]

  /// Tokens above its limit that an answer may have: some servers count those that end it.
  private static let slack = 2
  /// So many answers are enough to see whether a form is kept.
  private static let mostForms = 200

  /// A watch over answers to requests with this sampling and these options of the model.
  init(_ sampling: Sampling, options: JSONObject) {
    limit = sampling.maxTokens
    stop = sampling.stop.filter { !$0.isEmpty }
    wantsJSON = Self.wantsJSON(options)
    steadiness = sampling.temperature == 0 ? .temperature : sampling.seed != nil ? .seed : nil
  }

  /// Whether answers are to be JSON, in the words of any API.
  private static func wantsJSON(_ options: JSONObject) -> Bool {
    let form = options["response_format"]?["type"]?.string ?? options["text"]?["format"]?["type"]?.string
    return ["json_object", "json_schema"].contains(form) || options["format"] == "json"
      || options["format"]?.object != nil
  }

  /// Takes an answer in.
  /// - Parameter caseID: the case, where it gets several answers.
  mutating func see(_ answer: Answer, caseID: String? = nil) {
    if let caseID, let steadiness { compare(answer, caseID, steadiness) }
    if let limit, isLonger(answer, than: limit) { breaches[.maxTokens, default: 0] += 1 }
    // A server may send the text that ends an answer, too.
    if stop.contains(where: { text in
      answer.text.firstRange(of: text).map { $0.upperBound < answer.text.endIndex } ?? false
    }) {
      breaches[.stop, default: 0] += 1
    }
    if wantsJSON, forms < Self.mostForms, !answer.isCut, NoAnswer(answer) == nil {
      forms += 1
      if (try? JSONValue(parsing: AnswerText(answer.text).text)) == nil {
        breaches[.structuredOutput, default: 0] += 1
      }
    }
  }

  /// Compares how an answer begins with the first one to its case. Servers round differently from batch to batch, so that
  /// long answers may differ late.
  private mutating func compare(_ answer: Answer, _ caseID: String, _ steadiness: ModelProbe.Ability) {
    let words = answer.text.split(maxSplits: 3, whereSeparator: \.isWhitespace)
    let beginning = words.prefix(3).joined(separator: " ")
    guard let first = beginnings[caseID] else {
      beginnings[caseID] = beginning
      return
    }
    pairs += 1
    if first != beginning { breaches[steadiness, default: 0] += 1 }
  }

  private func isLonger(_ answer: Answer, than limit: Int) -> Bool {
    if let tokens = answer.usage.completion { return tokens > limit + Self.slack }
    // Each word is at least one token.
    return answer.text.utf8.count > limit
      && answer.text.split(whereSeparator: \.isWhitespace).count > limit + Self.slack
  }

  /// What the server ignores. What may happen now and then, such as slipping out of a form, counts when half of the answers
  /// show it.
  var ignored: Set<ModelProbe.Ability> {
    let found = breaches.filter { ability, count in
      switch ability {
      case .structuredOutput: 2 * count >= forms
      case .temperature, .seed: pairs > 1 && 2 * count >= pairs
      default: true
      }
    }
    return Set(found.keys)
  }
}
