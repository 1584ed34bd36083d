import Foundation

/// Which of this process's environment variables a program is given without being named: what programs need to find their
/// way on a machine, and nothing that is a secret.
enum InheritedVariables {
  /// Names, as written.
  private static let names: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME",
    "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "TOKENIZERS_PARALLELISM",
  ]
  /// How names begin.
  private static let beginnings = [
    "LC_", "PIP_", "HF_", "CUDA_", "NVIDIA_", "NCCL_", "SLURM_", "SBATCH_", "OMP_", "OPENBLAS_", "MKL_", "MLX_",
    "TORCH_",
    "PYTORCH_", "ASSAY_",
  ]
  /// Words in a name that tell of a secret. What pip and proxies are told may hold one, which they can't do without.
  private static let secrets = ["TOKEN", "KEY", "APIKEY", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS", "JWT"]
  /// What is meant for this process alone.
  private static let own: Set<String> = ["ASSAY_TRUST"]

  /// Whether a program is given a variable.
  static func includes(_ name: String) -> Bool {
    if own.contains(name) { return false }
    if names.contains(name) || name.hasPrefix("PIP_") { return true }
    guard beginnings.contains(where: { name.hasPrefix($0) }) else { return false }
    return !name.uppercased().split(separator: "_").contains { secrets.contains(String($0)) }
  }

  /// The variables of an environment that a program is given.
  /// - Parameter more: names of others that it is given too.
  static func of(_ environment: [String: String], and more: [String]) -> [String: String] {
    environment.filter { includes($0.key) || more.contains($0.key) && !own.contains($0.key) }
  }

  /// Everything but what is meant for one process alone: for this program itself, started again.
  static func all(of environment: [String: String]) -> [String: String] {
    environment.filter { !own.contains($0.key) }
  }
}
