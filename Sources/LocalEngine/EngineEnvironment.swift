import Foundation

/// One of the engine's virtual environments: what it holds, and how that is tried out.
public enum EngineEnvironment: String, Sendable, Hashable, Codable, CaseIterable {
  /// mlx-lm, which serves models and tunes them.
  case mlx
  /// TRL and PEFT on PyTorch, which tune models.
  case trl

  /// What it is there for, by its usual name.
  public var library: String { self == .mlx ? "mlx-lm" : "TRL" }
  /// What that computes with.
  public var framework: String { self == .mlx ? "mlx" : "PyTorch" }
  /// How sentences call it.
  var title: String { self == .mlx ? "The local engine" : "The training back end trl" }
  /// Installs it.
  public var installCommand: String { self == .mlx ? "assay engine install" : "assay engine install --trl" }
  /// What an installation takes, in words.
  public var cost: String {
    self == .mlx
      ? "about 400 MB, a minute or two"
      : "1.5 GB with PyTorch's build for CPUs, 5.5 GB with the one for CUDA, a few minutes"
  }

  /// What the names of its files begin with.
  var prefix: String { self == .mlx ? "" : rawValue + "-" }
  /// The program that examines it and prints a `LocalEngine.Report`.
  var selfTest: String { self == .mlx ? "assay_engine.py" : "examine_trl.py" }
  /// The program that works on a training job's folder.
  var trainer: String { self == .mlx ? "train.py" : "train_trl.py" }

  /// The lists of packages for an accelerator; the last one includes the others.
  func requirements(for accelerator: Accelerator) -> [String] {
    switch (self, accelerator) {
    case (.mlx, _): ["requirements.txt", "requirements-\(accelerator.rawValue).txt"]
    case (.trl, .cuda): ["requirements-trl.txt", "requirements-trl-cuda.txt"]
    case (.trl, _): ["requirements-trl.txt"]
    }
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
