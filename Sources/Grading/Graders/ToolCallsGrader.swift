import Content

/// The tools that the answer calls are the reference's.
struct ToolCallsGrader: GraderKind {
  /// How arguments compare.
  enum Arguments: String, CaseIterable { case exact, subset, schema, ignore }
  /// Whether the calls must come in the reference's order.
  enum Order: String, CaseIterable { case any, same }

  static let types = ["tool-calls"]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      GraderKey("arguments", standard: "exact", "exact, subset, schema or ignore: how arguments compare"),
      GraderKey("order", standard: "any", "any or same: whether the calls must come in the same order"),
      GraderKey("extra", standard: "false", "whether the answer may have further calls"),
      .threshold(standard: "1"),
    ]

  /// A call to find.
  private struct Wanted {
    var name: String
    /// Nil where any will do.
    var arguments: JSONValue?
    var schema: JSONSchema?
  }

  let reference: GraderReference
  let arguments: Arguments
  let order: Order
  let allowsMore: Bool
  let threshold: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    arguments = try options.choice("arguments", of: Arguments.self) ?? .exact
    order = try options.choice("order", of: Order.self) ?? .any
    allowsMore = try options.flag("extra") ?? false
    threshold = try options.threshold(1)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  private func wanted(in graded: GradedCase) throws(Unscorable) -> [Wanted] {
    let value = try reference.value(in: graded)
    var wanted: [Wanted] = []
    var entries = value["tool_calls"]?.array ?? value.array ?? [value]
    if let text = value.string {
      // An answer as a whole, with text before its calls.
      guard text.utf8.count <= TextLimits.mostBytes else { throw Unscorable("\(reference.label) is too long a text") }
      let calls = try ToolCall.all(in: GradedAnswer(AnswerText(text, reasoning: .keep)))
      if !calls.isEmpty { entries = calls.map { ["name": .string($0.name), "arguments": $0.arguments] } }
    }
    for entry in entries {
      if let name = entry.string, !name.isEmpty, !name.unicodeScalars.contains(where: \.isSpace) {
        wanted.append(Wanted(name: name))
        continue
      }
      guard let call = entry.object.flatMap({ ToolCall.all(in: .object($0))?.first }) else {
        throw Unscorable(
          "\(reference.label) has \(entry.excerpt), which is no call of a tool such as {\"name\": …, \"arguments\": {…}}"
        )
      }
      var one = Wanted(name: call.name, arguments: arguments == .ignore ? nil : call.arguments)
      if arguments == .schema {
        one.schema = try ToolSchemas.schema(call.arguments, "the schema of \(call.name)'s arguments")
      }
      wanted.append(one)
    }
    guard wanted.count <= ToolCall.most else {
      throw Unscorable("\(reference.label) has more than \(ToolCall.most) calls")
    }
    return wanted
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = try wanted(in: graded)
    let found = try ToolCall.all(in: answer)
    var table: [[Bool]] = []
    for one in wanted {
      var row: [Bool] = []
      for call in found { row.append(try fits(call, one)) }
      table.append(row)
    }
    let pairs =
      order == .any
      ? Matching.largest(wanted: wanted.count, found: found.count) { table[$0][$1] }
      : Matching.inOrder(wanted: wanted.count, found: found.count) { table[$0][$1] }
    let matched = pairs.count { $0 != nil }
    let used = Set(pairs.compactMap { $0 })
    let extra = allowsMore ? [] : found.indices.filter { !used.contains($0) }.map { found[$0].excerpt }
    let total = allowsMore ? 2 * wanted.count : wanted.count + found.count
    let value = total == 0 ? 1 : 2 * Double(matched) / Double(total)
    let missing = zip(wanted, pairs).filter { $0.1 == nil }.map { one, _ in
      ToolCall(name: one.name, arguments: one.arguments ?? [:]).excerpt
    }
    var statement = found.isEmpty ? "the answer calls no tool" : "\(matched) of \(wanted.count) calls are there"
    let place = order == .same ? " in this order" : ""
    if !missing.isEmpty { statement += "; missing\(place): \(SetF1Grader.list(missing))" }
    if !extra.isEmpty { statement += "; not expected\(place): \(SetF1Grader.list(extra))" }
    return Judgement(value, threshold: threshold, statement)
  }

  private func fits(_ call: ToolCall, _ wanted: Wanted) throws(Unscorable) -> Bool {
    guard ExactText.areSame(call.name, wanted.name) else { return false }
    guard let expected = wanted.arguments else { return true }
    switch arguments {
    case .ignore: return true
    case .exact: return expected.matches(call.arguments)
    case .subset: return Self.contains(call.arguments, expected)
    case .schema:
      return try wanted.schema.map { schema throws(Unscorable) in try ToolSchemas.flaw(of: call, schema) == nil }
        ?? false
    }
  }

  /// Whether a value has all that another has: members of objects may be more, everything else is the same.
  private static func contains(_ value: JSONValue, _ part: JSONValue) -> Bool {
    if let part = part.object, let object = value.object {
      return part.allSatisfy { member in
        object.value(equivalentTo: member.key).map { contains($0, member.value) } ?? false
      }
    }
    if let part = part.array, let list = value.array {
      return part.count == list.count && zip(list, part).allSatisfy { contains($0, $1) }
    }
    return part.matches(value)
  }

  var judgesFormat: Bool { true }

  /// Whether every call can be read, and whether there is one where the case expects some.
  func formatIsValid(_ answer: GradedAnswer, _ graded: GradedCase) -> Bool {
    guard let calls = try? ToolCall.all(in: answer) else { return false }
    if calls.isEmpty { return (try? wanted(in: graded))?.isEmpty ?? true }
    return calls.allSatisfy { $0.arguments.object != nil }
  }
}
