import Content

/// Reads promptfoo's configuration: each test is a case, its assertions are graders.
struct PromptfooReader: FormatReader {
  private var planner = AssertionPlanner()
  /// The most cases that lists of variables may multiply one test to.
  private static let mostCopies = 10_000

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    if let list = record.value.array {
      let lines = record.elementLines[""] ?? []
      return read(tests: list, lines: lines, top: [:], into: &output)
    }
    guard let top = record.value.object else {
      output.fail(ImportFailure(line: record.line, "Expected promptfoo's configuration, with \"tests\"."))
      return
    }
    // A test by itself, as in a file of tests.
    if top["vars"] != nil, top["tests"] == nil {
      return read(tests: [record.value], lines: [record.line], top: [:], into: &output)
    }
    notePrompts(top, into: &output)
    output.read -= 1
    if let tests = top["tests"] {
      if let list = tests.array {
        read(tests: list, lines: record.elementLines["tests"] ?? [], top: top, into: &output)
      } else {
        output.read += 1
        let place = tests.string.map { " (\($0.prefix(80)))" } ?? ""
        output.fail(
          ImportFailure(
            line: record.line, "The tests are in another file\(place); import that file by itself."))
      }
    }
    for (index, scenario) in (top["scenarios"]?.array ?? []).enumerated() {
      let line =
        record.elementLines["scenarios"].flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? record.line
      read(scenario: scenario, line: line, top: top, into: &output)
    }
    if top["tests"] == nil, top["scenarios"] == nil {
      output.read += 1
      output.fail(ImportFailure(line: record.line, "The configuration has neither \"tests\" nor \"scenarios\"."))
    }
  }

  mutating func finish(into output: inout ImportOutput) { planner.finish(into: &output) }

  private func notePrompts(_ top: JSONObject, into output: inout ImportOutput) {
    let prompts = top["prompts"]?.array ?? top["prompts"].map { [$0] } ?? []
    output.prompts = prompts.compactMap { $0.string ?? $0["raw"]?.string }
    if !prompts.isEmpty {
      output.note(
        "Prompts are not imported (\(prompts.count) in the file): write what they say as sections of a prompt.")
    }
  }

  private mutating func read(
    scenario: JSONValue, line: Int, top: JSONObject, into output: inout ImportOutput
  ) {
    guard let configs = scenario["config"]?.array, let tests = scenario["tests"]?.array else {
      output.read += 1
      output.fail(ImportFailure(line: line, "A scenario needs \"config\" and \"tests\", each a list."))
      return
    }
    guard configs.count * tests.count <= Self.mostCopies else {
      output.read += 1
      output.fail(ImportFailure(line: line, "The scenario makes more than \(Self.mostCopies) tests; split it."))
      return
    }
    for config in configs {
      for test in tests {
        let merged = Self.merged(test.object ?? [:], over: config.object ?? [:])
        read(tests: [.object(merged)], lines: [line], top: top, into: &output)
      }
    }
  }

  /// A test on top of defaults: its variables win, assertions of both hold.
  private static func merged(_ test: JSONObject, over base: JSONObject) -> JSONObject {
    var result = base
    for (key, value) in test { result[key] = value }
    for key in ["vars", "metadata", "options"] {
      guard let below = base[key]?.object, let above = test[key]?.object else { continue }
      var members = below
      for member in above { members[member.key] = member.value }
      result[key] = .object(members)
    }
    if let below = base["assert"]?.array, let above = test["assert"]?.array { result["assert"] = .array(below + above) }
    return result
  }

  private mutating func read(
    tests: [JSONValue], lines: [Int], top: JSONObject, into output: inout ImportOutput
  ) {
    let defaults = top["defaultTest"]?.object ?? [:]
    if let text = top["defaultTest"]?.string {
      output.note("The default test is in another file (\(text.prefix(80))), which isn't read.")
    }
    let standing = (defaults["assert"]?.array ?? []).compactMap { PromptfooAssertion($0, isDefault: true) }
    var base = defaults
    base["assert"] = nil
    for (index, value) in tests.enumerated() {
      output.read += 1
      let line = lines.indices.contains(index) ? lines[index] : 1
      guard let written = value.object else {
        let place = value.string.map { " (\($0.prefix(80)))" } ?? ""
        let isFile = value.string?.hasPrefix("file://") ?? false
        output.fail(
          ImportFailure(
            line: line,
            isFile ? "The tests are in another file\(place); import that file by itself." : "A test must be an object.")
        )
        continue
      }
      let test = Self.merged(written, over: base)
      read(test, standing: standing, line: line, into: &output)
    }
  }

  private mutating func read(
    _ test: JSONObject, standing: [PromptfooAssertion], line: Int, into output: inout ImportOutput
  ) {
    guard let vars = test["vars"]?.object, !vars.isEmpty else {
      let isFile = test["vars"]?.string != nil
      output.fail(
        ImportFailure(
          line: line,
          isFile ? "The test's variables are in another file, which isn't read." : "The test has no \"vars\"."))
      return
    }
    for (name, value) in vars {
      let texts = value.array?.compactMap(\.string) ?? value.string.map { [$0] } ?? []
      if texts.contains(where: { $0.hasPrefix("file://") }) {
        output.fail(
          ImportFailure(
            line: line,
            "The variable \"\(name.prefix(60))\" comes from a file (file://), which isn't read; write it out."))
        return
      }
      if texts.contains(where: { $0.contains("{{") || $0.contains("{%") }) {
        output.count("A variable is a template, which isn't filled in and is sent as it stands")
      }
    }
    let expands = test["options"]?["disableVarExpansion"]?.bool != true
    guard let inputs = expands ? Self.product(vars) : [vars] else {
      output.fail(
        ImportFailure(
          line: line, "The lists of variables make more than \(Self.mostCopies) cases of one test; split it."))
      return
    }
    let assertions = standing + (test["assert"]?.array ?? []).compactMap { PromptfooAssertion($0) }
    let stray = (test["assert"]?.array ?? []).filter { PromptfooAssertion($0) == nil }
    for input in inputs {
      var found = ImportCase(line: line)
      for (name, value) in input { found.input[SlotName.made(from: name)] = value }
      if let description = test["description"]?.string { found.metadata["description"] = .string(description) }
      for member in test["metadata"]?.object ?? [:] { found.metadata[member.key] = member.value }
      for (key, value) in test where !["vars", "assert", "description", "metadata"].contains(key) && !value.isNull {
        found.metadata[key] = value
        if key == "threshold" {
          output.count(
            "A test passes at a threshold of its weighted mean, which is kept in the metadata and not applied")
        } else if key != "options" {
          output.count("\"\(key.prefix(40))\" of a test has no effect and is kept in the metadata")
        }
      }
      if !stray.isEmpty { found.metadata["assertions"] = .array(stray) }
      planner.add(found, assertions, into: &output)
    }
  }

  /// Every choice of one element of each list of variables; nil where there are too many.
  private static func product(_ vars: JSONObject) -> [JSONObject]? {
    var inputs: [JSONObject] = [[:]]
    for (name, value) in vars {
      let choices = value.array ?? [value]
      guard !choices.isEmpty, inputs.count * choices.count <= mostCopies else { return choices.isEmpty ? inputs : nil }
      inputs = inputs.flatMap { input in
        choices.map { choice in
          var next = input
          next[name] = choice
          return next
        }
      }
    }
    return inputs
  }
}

/// Reads promptfoo's results: each test of a run is a case, whatever prompts and providers it was tried with.
struct PromptfooResultsReader: FormatReader {
  private var tests = PromptfooReader()
  private var found: [Int: (test: JSONObject, line: Int)] = [:]
  private var outputs: [Int: [JSONValue]] = [:]
  private var next = -1

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    let whole = record.value
    let list = whole["results"]?["results"]?.array ?? whole["results"]?.array
    guard let list else { return take(whole, line: record.line, into: &output) }
    output.read -= 1
    for result in list {
      output.read += 1
      take(result, line: record.line, into: &output)
    }
  }

  private mutating func take(_ result: JSONValue, line: Int, into output: inout ImportOutput) {
    guard let object = result.object, object["vars"] ?? object["testCase"] != nil else {
      output.fail(ImportFailure(line: line, "A result has neither \"vars\" nor \"testCase\"."))
      return
    }
    var test = object["testCase"]?.object ?? [:]
    // What a result was run with is one choice of the lists of a test.
    if let vars = object["vars"] { test["vars"] = vars }
    var options = test["options"]?.object ?? [:]
    options["disableVarExpansion"] = true
    test["options"] = .object(options)
    test["provider"] = nil
    var key = object["testIdx"]?.int ?? next
    if object["testIdx"] == nil { next -= 1 }
    // Lists of variables give several results of one test the same index in old versions.
    if let known = found[key], known.test["vars"] != test["vars"] {
      key = next
      next -= 1
    }
    if found[key] == nil { found[key] = (test, line) } else { output.skip("more results of the same test") }
    var answer: JSONObject = [:]
    answer["provider"] = object["provider"]?["id"] ?? object["provider"]
    answer["output"] = object["response"]?["output"]
    answer["success"] = object["success"]
    answer["score"] = object["score"]
    outputs[key, default: []].append(.object(answer))
  }

  mutating func finish(into output: inout ImportOutput) {
    let read = output.read
    for (key, entry) in found.sorted(by: { ($0.value.line, $0.key) < ($1.value.line, $1.key) }) {
      var test = entry.test
      var metadata = test["metadata"]?.object ?? [:]
      metadata["results"] = outputs[key].map { .array($0) }
      test["metadata"] = .object(metadata)
      tests.read(Record(.object(test), line: entry.line), into: &output)
    }
    tests.finish(into: &output)
    output.read = read
    for index in output.cases.indices {
      output.cases[index].metadata["options"] = nil
    }
  }
}
