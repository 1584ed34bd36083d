extension ModelSpec.API {
  /// Keys that a model's options can't have, because Assay writes them itself; each with what to do instead.
  public var reservedOptions: [String: String] {
    switch self {
    case .endpoint(let endpoint): endpoint.dialect.reservedOptions
    case .mlx:
      Endpoint.Dialect.chat.reservedOptions.merging([
        "adapters": "Name the adapter in a variant.", "draft_model": "The local engine serves one model.",
      ]) { own, _ in own }
    case .command, .replay: [:]
    }
  }
}

extension Endpoint.Dialect {
  /// Keys of a request that Assay writes itself; each with what to do instead.
  var reservedOptions: [String: String] {
    let own = "Assay writes it itself; remove it."
    func variant(_ key: String) -> String { "It belongs to a variant, as \(key)." }
    var keys = [
      "model": "Name it as the model's own key model.", "messages": own, "stream": own,
      "temperature": variant("temperature"), "top_p": variant("top_p"),
    ]
    switch self {
    case .chat:
      keys["stream_options"] = own
      keys["n"] = "One answer is read for each request; remove it."
      keys["max_tokens"] = variant("max_tokens")
      keys["max_completion_tokens"] =
        "The limit belongs to a variant, as max_tokens; it is sent by this name where the server wants that, or always with "
        + "the model's own key max_completion_tokens: true."
      keys["seed"] = variant("seed")
      keys["stop"] = variant("stop")
    case .responses:
      for key in ["input", "store", "background", "previous_response_id", "conversation"] { keys[key] = own }
      for key in ["instructions", "prompt"] { keys[key] = "What the model is told belongs into the prompt." }
      keys["max_output_tokens"] = variant("max_tokens")
    case .messages:
      keys["system"] = "What the model is told belongs into the prompt."
      keys["max_tokens"] = variant("max_tokens")
      keys["stop_sequences"] = variant("stop")
    case .ollama:
      keys["options"] = "Write its keys here, without another options."
      keys["num_predict"] = variant("max_tokens")
      keys["seed"] = variant("seed")
      keys["stop"] = variant("stop")
    }
    return keys
  }
}
