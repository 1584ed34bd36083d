/// What computes.
package enum Accelerator: String, Sendable, Hashable, Codable, CaseIterable {
  /// Metal on a Mac, the CPU elsewhere.
  case auto
  /// The CPU (Linux).
  case cpu
  /// An NVIDIA GPU (Linux).
  case cuda
  /// The GPU of an Apple silicon Mac.
  case metal

  /// mlx's choice for this machine.
  /// - Throws: `EngineError.platform` when the machine has no such thing.
  func resolved() throws(EngineError) -> Accelerator {
    #if os(macOS)
      #if arch(arm64)
        switch self {
        case .auto, .metal: return .metal
        case .cpu, .cuda: throw .platform("On a Mac the engine uses Metal; leave the accelerator to itself.")
        }
      #else
        throw .platform(
          "mlx runs on Macs with Apple silicon only. Use an OpenAI-compatible endpoint or recorded answers on this one."
        )
      #endif
    #else
      switch self {
      case .auto, .cpu: return .cpu
      case .cuda: return .cuda
      case .metal: throw .platform("Metal is for Macs; choose cpu or cuda here.")
      }
    #endif
  }

  /// Whether this is Linux.
  static var isLinux: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }
}
