import Content
import Domain

/// One typed input for several variants.
package struct DuelRequest: Sendable, Hashable {
  /// The variants' names.
  package var variants: [String]
  /// The eval set whose cases the input is like.
  package var set: String
  /// What was typed: the text for the cases' one input, or all inputs as a JSON object.
  package var text: String

  /// A request.
  package init(variants: [String], set: String, text: String) {
    self.variants = variants
    self.set = set
    self.text = text
  }

  /// The typed text in the place of a case's input.
  /// - Throws: `WorkbenchError.input` where the case has several inputs and the text is no JSON object.
  package func input(like example: JSONValue?) throws -> JSONValue {
    guard !text.allSatisfy(\.isWhitespace) else { throw WorkbenchError.input("Type an input first.") }
    if let typed = try? JSONValue(parsing: text), typed.object != nil { return typed }
    guard let members = example?.object else { return .string(text) }
    guard members.count == 1, let key = members.first?.key else {
      let names = members.map(\.key).joined(separator: ", ")
      throw WorkbenchError.input(
        "The cases of \"\(set)\" have several inputs (\(names)): type them as JSON, such as {\"\(members.first?.key ?? "text")\": \"…\"}."
      )
    }
    return .object(JSONObject([(key: key, value: .string(text))]))
  }
}

/// What came of a typed input so far.
package struct Duel: Sendable, Hashable {
  /// One variant's answer.
  package struct Side: Sendable, Hashable {
    /// The variant's name.
    package var variant: String
    /// The answer so far.
    package var text = ""
    /// Whether more may come.
    package var isRunning = true
    /// What it is waiting for.
    package var waiting: String?
    /// Why there is no answer.
    package var failure: String?
    /// The answer with its figures, once it is complete.
    package var output: Output?

    /// A side that has not answered yet.
    package init(variant: String) { self.variant = variant }
  }

  /// What was asked for.
  package var request: DuelRequest
  /// The answers, in the order of the request.
  package var sides: [Side]

  /// A duel that begins.
  package init(_ request: DuelRequest) {
    self.request = request
    sides = request.variants.map { Side(variant: $0) }
  }
}

extension Command {
  /// Asks several variants one typed input and streams their answers; nothing is kept.
  package static func duel(_ request: DuelRequest) -> Command { Command(request) }

  /// Ends the duel, and puts its answers away.
  package static var endDuel: Command { Command(DuelEnd()) }
}

extension DuelRequest: Performable {
  /// One request of each variant, unless a person agreed to pay for its trials.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    variants.filter { !workbench.trialsAgreed.contains($0) }.compactMap { workbench.charge(for: self, of: $0) }
  }

  /// Trials of these variants are agreed to, too.
  package func wasAgreed(on workbench: isolated Workbench) { workbench.trialsAgreed.formUnion(variants) }

  /// Asks all at once and returns when all have answered.
  package func perform(on workbench: isolated Workbench) async throws { try await workbench.duel(self) }
}

private struct DuelEnd: Performable {
  func perform(on workbench: isolated Workbench) async throws {
    workbench.duelTask?.cancel()
    workbench.snapshot.duel = nil
    workbench.publish()
  }
}
