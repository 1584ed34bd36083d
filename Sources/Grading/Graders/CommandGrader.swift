import Content

/// A program judges: it reads `{"id", "case", "answer", "input", "expected"}` and writes `{"score" | "passed" | "unscored",
/// "reason"}`, a line each.
struct CommandGrader: AwaitingGraderKind {
  static let types = ["command"]
  static let keys = [
    GraderKey("command", "the program and its arguments, a list; no shell takes it apart"),
    GraderKey("timeout", standard: "30", "the longest that the program may be silent while answers wait, in seconds"),
    GraderKey(
      "env", standard: "none", "names of environment variables that the program is given besides the usual ones"),
    GraderKey("concurrency", standard: "16", "the most answers under way at once, where replies name ids"),
    GraderKey(
      "threshold", standard: "0.5", "the score from which an answer passes, where the program says no `passed`"),
  ]

  let program: GraderProgram
  let threshold: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    guard let written = options.value("command") else {
      throw options.missing("command", "the program and its arguments, such as [python3, grade.py]")
    }
    let words = written.array?.compactMap { $0.string } ?? []
    guard let first = words.first, !first.isEmpty, words.count == written.array?.count else {
      throw options.wrong(
        "command", "a list of the program and its arguments, such as [python3, grade.py]; no shell takes a line apart",
        written)
    }
    program = try Self.program(words, options)
    threshold = try options.number("threshold", "a number from 0 to 1") { (0...1).contains($0) } ?? 0.5
  }

  private static func program(_ words: [String], _ options: GraderOptions) throws(GraderError) -> GraderProgram {
    var program = GraderProgram(words: words)
    if let names = options.value("env") {
      guard let texts = names.array, texts.allSatisfy({ $0.string.map(isVariable) ?? false }) else {
        throw options.wrong("env", "a list of names of environment variables", names)
      }
      program.environment = texts.compactMap(\.string)
    }
    program.timeout =
      try options.number("timeout", "seconds, more than 0 and at most 86400") { $0 > 0 && $0 <= 86_400 } ?? 30
    if let count = try options.count("concurrency") {
      guard (1...1024).contains(count) else {
        throw options.wrong("concurrency", "a whole number from 1 to 1024", JSONValue(count))
      }
      program.concurrency = count
    }
    return program
  }

  private static func isVariable(_ name: String) -> Bool {
    name.first?.isNumber == false
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= (byte | 0x20)
      }
  }

  func judge(
    _ text: String, _ case: GradedCase, asking outside: any OutsideGrading
  ) async throws(Unscorable) -> Judgement {
    var line: JSONObject = ["case": .string(`case`.id), "answer": .string(text), "input": `case`.input]
    line["expected"] = `case`.expected
    return try judgement(of: try await outside.reply(of: program, to: line))
  }

  /// Reads a reply.
  /// - Throws: ``Unscorable`` when the program couldn't judge, or says nothing that is a judgement.
  func judgement(of reply: JSONValue) throws(Unscorable) -> Judgement {
    let said = reply["reason"]?.string.map { String($0.prefix(Self.longestReason)) }
    let reason = said.flatMap { $0.isEmpty ? nil : $0 }
    switch reply["unscored"] {
    case nil, .null?, .bool(false)?: break
    case .string(let text)?:
      throw Unscorable(text.isEmpty ? reason ?? Self.silent : String(text.prefix(Self.longestReason)))
    case .bool(true)?: throw Unscorable(reason ?? Self.silent)
    case let other?: throw Unscorable("the program's \"unscored\" is \(other.excerpt), where a reason is needed")
    }
    var score: Double?
    if let written = reply["score"], !written.isNull {
      guard let number = written.double, (0...1).contains(number) else {
        throw Unscorable("the program's \"score\" is \(written.excerpt), where a number from 0 to 1 is needed")
      }
      score = number
    }
    var passed: Bool?
    if let written = reply["passed"], !written.isNull {
      guard let flag = written.bool else {
        throw Unscorable("the program's \"passed\" is \(written.excerpt), where true or false is needed")
      }
      passed = flag
    }
    guard let holds = passed ?? score.map({ $0 >= threshold }) else {
      throw Unscorable("the program's reply has neither score, passed nor unscored: \(reply.excerpt)")
    }
    return Judgement(holds, reason ?? (holds ? "the program passes it" : "the program fails it"), value: score)
  }

  private static let longestReason = 2000
  private static let silent = "the program could not judge and gave no reason"
}
