extension Sampling: SettingTable {
  /// The server's own choice of everything.
  package init() { self.init(temperature: nil) }

  /// Every setting of how answers are sampled.
  package static let table: [Setting<Sampling>] = [
    Setting(\.temperature, "temperature", .number(.from(0, to: 2)), "0 is the most likely token", unset: serverChoice),
    Setting(\.topP, "top_p", .number(.from(0, to: 1)), "nucleus share", heading: "top-p", unset: serverChoice),
    Setting(
      \.maxTokens, "max_tokens", .whole(1...noLimit), "longest answer", unit: .tokens, unset: serverChoice),
    Setting(\.seed, "seed", .whole(0...noLimit), "for servers that honour one", unset: serverChoice),
    Setting(\.stop, "stop", .texts, "texts that end an answer", unset: "none"),
  ]

  private static let noLimit = Setting<Sampling>.noLimit
  private static let serverChoice = "the server's choice"
}
