import Foundation

/// One of the engine's virtual environments: what it holds, and how that is tried out.
package enum EngineEnvironment: String, Sendable, Hashable, Codable, CaseIterable {
  /// mlx-lm, which serves models and tunes them.
  case mlx
  /// TRL and PEFT on PyTorch, which tune models.
  case trl

  /// What it is there for, by its usual name.
  package var library: String { self == .mlx ? "mlx-lm" : "TRL" }
  /// What that computes with.
  package var framework: String { self == .mlx ? "mlx" : "PyTorch" }
  /// How sentences call it.
  var title: String { self == .mlx ? "The local engine" : "The training back end trl" }
  /// Installs it.
  package var installCommand: String { self == .mlx ? "assay engine install" : "assay engine install --trl" }
  /// What an installation takes, in words.
  package var cost: String {
    self == .mlx
      ? "about 400 MB, a minute or two"
      : "1.5 GB with PyTorch's build for CPUs, 5.5 GB with the one for CUDA, a few minutes"
  }

  /// What the names of its files begin with.
  var prefix: String { self == .mlx ? "" : rawValue + "-" }
  /// The program that works on a training job's folder.
  var trainer: String { "train-" + rawValue }

  /// The lists of packages for an accelerator on this platform, the best first: a list is used when the packages of the
  /// one before it aren't to be had. Empty where this platform has none.
  ///
  /// PyTorch's build for CPUs alone is in an index of its own; the usual build computes on CPUs too.
  func lists(for accelerator: Accelerator) -> [String] {
    let kinds: [String] =
      switch (self, accelerator) {
      case (.mlx, _): [accelerator.rawValue]
      case (.trl, .cuda): ["trl-cuda"]
      case (.trl, _): Accelerator.isLinux ? ["trl-cpu", "trl-cuda"] : ["trl-cpu"]
      }
    let names = kinds.map { "requirements-\($0)-\(Self.platform).txt" }
    return names.filter { name in EngineFiles.all.contains { $0.name == name } }
  }

  /// This platform, as the lists of packages name it.
  static var platform: String {
    #if os(macOS)
      let system = "macos"
    #else
      let system = "linux"
    #endif
    #if arch(arm64)
      return system + (system == "macos" ? "-arm64" : "-aarch64")
    #else
      return system + "-x86_64"
    #endif
  }

  /// Free space that an installation needs, in bytes: packages and what pip unpacks on the way.
  func diskSpace(for accelerator: Accelerator) -> Int64 {
    switch (self, accelerator) {
    case (.mlx, .cuda), (.trl, .cuda): 9_000_000_000
    case (.mlx, _): 1_000_000_000
    case (.trl, _): 3_000_000_000
    }
  }

  /// What computes on this machine.
  /// - Throws: `EngineError.platform` when the machine has no such thing.
  func resolve(_ choice: Accelerator) throws(EngineError) -> Accelerator {
    if self == .mlx { return try choice.resolved() }
    let isLinux = Accelerator.isLinux
    switch choice {
    case .auto: return isLinux && FileManager.default.fileExists(atPath: "/proc/driver/nvidia/version") ? .cuda : .cpu
    case .cpu: return .cpu
    case .cuda where isLinux: return .cuda
    case .cuda, .metal: throw .platform("TRL computes on NVIDIA GPUs under Linux, and on CPUs.")
    }
  }
}
