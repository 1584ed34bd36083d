import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the shell lets this process have (`ulimit`).
enum ProcessLimits {
  /// Ends the process with a sentence where there is too little to work with: threads and event loops that can't be made
  /// would end it without one. As many files as may be are allowed to be open.
  static func check() {
    let cores = UInt64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    // Each event loop holds three files.
    let files = 32 + 4 * cores
    if let most = raiseFiles(to: 4096), most < files {
      leave("Only \(most) files may be open at once, and Assay needs \(files): allow more (`ulimit -n 1024`).")
    }
    // Stacks and pools of threads reserve far more than they use.
    let megabytes = 512 + 128 * cores
    if let most = limit(of: memory)?.rlim_cur, UInt64(most) >> 20 < megabytes {
      leave(
        "Only \(UInt64(most) >> 20) MB of memory may be reserved, and Assay needs \(megabytes): allow more (`ulimit -v unlimited`)."
      )
    }
  }

  private static func leave(_ sentence: String) -> Never {
    Wiring.say("assay: " + sentence)
    exit(ExitStatus.usage)
  }

  #if canImport(Glibc)
    private static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    private static let memory = __rlimit_resource_t(RLIMIT_AS.rawValue)
    private typealias Resource = __rlimit_resource_t
  #else
    private static let files = RLIMIT_NOFILE
    private static let memory = RLIMIT_AS
    private typealias Resource = Int32
  #endif

  private static func limit(of resource: Resource) -> rlimit? {
    var limit = rlimit()
    return getrlimit(resource, &limit) == 0 ? limit : nil
  }

  /// - Returns: how many files may be open then.
  private static func raiseFiles(to wanted: UInt64) -> UInt64? {
    guard var limit = limit(of: files) else { return nil }
    if UInt64(limit.rlim_cur) < wanted, limit.rlim_cur < limit.rlim_max {
      let before = limit.rlim_cur
      limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
      if setrlimit(files, &limit) != 0 { return UInt64(before) }
    }
    return UInt64(limit.rlim_cur)
  }
}
