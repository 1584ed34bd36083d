import Content
import Domain
import Files
import Foundation

extension ModelReader {
  /// The settings of the model's own API: any YAML, as JSON.
  func options(_ fields: inout ConfigFields, for api: ModelSpec.API?) -> JSONObject {
    guard let value = fields.value("options") else { return [:] }
    guard var group = ConfigFields(value, expected: "keys of the model's own API such as { top_k: 40 }") else {
      fields.fail(nil, "Without options that can be read, the model would be asked for something else.")
      return [:]
    }
    let reserved = reservedOptions(of: api)
    var options = JSONObject()
    for (name, value) in group.all() {
      if let advice = reserved[name] {
        value.fail("This key can't stand among the options. \(advice)")
        fields.isBroken = true
      } else if let json = value.json() {
        options[name] = json
      } else {
        fields.isBroken = true
      }
    }
    if group.isBroken { fields.isBroken = true }
    return options
  }

  /// Keys that a model's options can't have, each with what to do instead.
  private func reservedOptions(of api: ModelSpec.API?) -> [String: String] {
    switch api {
    case .endpoint(let endpoint): return endpoint.dialect.reservedOptions
    case .mlx:
      var keys = dialects.first?.reservedOptions ?? [:]
      keys["adapters"] = "Name the adapter in a variant."
      keys["draft_model"] = "The local engine serves one model."
      return keys
    case .command, .replay, nil: return [:]
    }
  }

  /// How much the provider lets one do in a minute.
  static func limits(_ fields: inout ConfigFields) -> RateLimits {
    func number(_ key: String) -> Double? {
      fields.number(key, "how many there may be in a minute, more than 0") { $0 > 0 && $0 <= 1e12 }
    }
    return RateLimits(
      requestsPerMinute: number("requests_per_minute"), tokensPerMinute: number("tokens_per_minute"))
  }

  /// A server that is reached over HTTP.
  func endpoint(_ dialect: Endpoint.Dialect, _ name: String, _ fields: inout ConfigFields) -> Endpoint {
    let bases = Self.addresses(&fields, dialect)
    let model = fields.text("model", "the model's name at the endpoint") ?? name
    let key = fields.text("key_env", "the name of an environment variable")
    if let key, !key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) || key.count > 64 {
      fields.fail(
        "key_env",
        "Expected the name of an environment variable such as \(dialect.usualKey ?? "MY_KEY"), not the key itself.")
    }
    let certificates = fields.text("certificates", "a file with certificates (PEM)")
    if let certificates { check(certificates, &fields, "certificates") }
    let usesMaxCompletionTokens = dialect.hasTwoLimitNames && fields.flag("max_completion_tokens") ?? false
    let allowsHTTP = fields.flag("allow_http") ?? false
    let used = key ?? (bases == [dialect.usualAddress] ? dialect.usualKey : nil)
    if !fields.isBroken, used != nil, !allowsHTTP, let base = bases.first(where: Endpoint.sendsInTheClear) {
      fields.fail(
        "base_url",
        "A key isn't sent to \(Endpoint.origin(of: base)) without encryption: use https, or say `allow_http: true` where the "
          + "network is yours.")
    }
    return Endpoint(
      dialect, baseURLs: bases, model: model, keyEnvironment: used, certificates: certificates,
      usesMaxCompletionTokens: usesMaxCompletionTokens, allowsHTTP: allowsHTTP)
  }

  /// Where an endpoint is: one address, or several that serve the same model.
  private static func addresses(_ fields: inout ConfigFields, _ dialect: Endpoint.Dialect) -> [String] {
    let official = dialect.usualAddress
    guard let written = fields.texts("base_url", "an address such as \(official), or a list of them") else {
      return [official]
    }
    if !(1...64).contains(written.count) { fields.fail("base_url", "Expected one address, or a list of up to 64.") }
    var bases: [String] = []
    for var base in written.prefix(64) {
      let parts = URLComponents(string: base)
      if !["http", "https"].contains(parts?.scheme ?? "") || parts?.host?.isEmpty ?? true {
        let end = dialect.hasVersion ? "with the version at its end" : "without a version at its end"
        fields.fail("base_url", "Expected an address such as \(official), \(end).")
      } else if parts?.user != nil || parts?.password != nil {
        fields.fail("base_url", "Passwords don't belong in files: use key_env to name an environment variable.")
      }
      while base.hasSuffix("/") { base.removeLast() }
      if !dialect.hasVersion, base.hasSuffix("/v1") || base.hasSuffix("/api") {
        fields.fail("base_url", "\(dialect.title) has no version in its address: write it as \(official).")
      }
      if bases.contains(base) { fields.fail("base_url", "An address is in the list twice.") }
      bases.append(base)
    }
    return bases
  }

  /// Names of environment variables, in a list or as one text.
  static func variables(_ key: String, _ fields: inout ConfigFields) -> [String] {
    guard let names = fields.texts(key, "names of environment variables, such as [HF_TOKEN]") else { return [] }
    for name in names where !isVariable(name) {
      fields.fail(key, "\"\(name.prefix(64))\" is not a valid variable name: write letters, digits and _.")
    }
    return names
  }

  private static func isVariable(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64 && name.first?.isNumber == false
      && name.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  /// A program with its arguments; a single text is a program without any.
  func command(_ fields: inout ConfigFields) -> ModelSpec.API? {
    let expected = "a program with its arguments, such as [python3, model.py]"
    guard let words = fields.texts("command", expected) else {
      if !fields.isBroken { fields.fail(nil, "Needs a command: \(expected).") }
      return nil
    }
    guard let program = words.first, !program.isEmpty, words.allSatisfy({ !$0.contains("\0") }) else {
      fields.fail("command", "Expected \(expected).")
      return nil
    }
    if program.contains("/") { check(program, &fields, "command") }
    return .command(words)
  }
}
