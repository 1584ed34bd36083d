import Content

/// The tools that a case offers, with the schemas of their arguments.
struct ToolSchemas {
  private(set) var schemas: [String: JSONSchema?] = [:]

  /// Reads the `tools` of a case's input, in the form of OpenAI or Anthropic.
  /// - Throws: ``Unscorable`` when there are none or one has a flawed schema.
  init(of graded: GradedCase) throws(Unscorable) {
    guard let tools = graded.input["tools"]?.array, !tools.isEmpty else {
      throw Unscorable("the case's input has no \"tools\" to check calls against")
    }
    for tool in tools {
      let described = tool["function"] ?? tool
      guard let name = described["name"]?.string else { throw Unscorable("a tool of the case has no name") }
      guard let source = described["parameters"] ?? described["input_schema"], !source.isNull else {
        schemas[name] = .some(nil)
        continue
      }
      schemas[name] = try Self.schema(source, "the schema of the tool \(JSONValue(name).excerpt)")
    }
  }

  static func schema(_ source: JSONValue, _ label: String) throws(Unscorable) -> JSONSchema {
    do throws(JSONSchema.Flaw) {
      return try JSONSchema(source)
    } catch { throw Unscorable("\(label) is not valid: \(error)") }
  }

  /// What is wrong with a call, without a full stop; nil where nothing is.
  /// - Throws: ``Unscorable`` when a limit was reached.
  func flaw(of call: ToolCall) throws(Unscorable) -> String? {
    guard let schema = schemas[call.name] else { return "there is no tool \(JSONValue(call.name).excerpt)" }
    guard call.arguments.object != nil else { return "the arguments of \(call.name) are no JSON object" }
    return try schema.flatMap { schema throws(Unscorable) in try Self.flaw(of: call, schema) }
  }

  static func flaw(of call: ToolCall, _ schema: JSONSchema) throws(Unscorable) -> String? {
    switch schema.verdict(on: call.arguments) {
    case .valid: return nil
    case .undecided(let reason): throw Unscorable(reason)
    case .invalid(let violations):
      return "\(call.name): " + violations.prefix(3).map(\.description).joined(separator: "; ")
    }
  }
}
