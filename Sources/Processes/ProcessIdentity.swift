#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One process for good. Process ids are used again; an id together with the start time and the boot is not, so a
/// process can be found again after a restart of this program, and no stranger is ever signalled.
package struct ProcessIdentity: Sendable, Hashable, Codable {
  /// The process id.
  package var pid: Int32
  /// When it was started: clock ticks since boot on Linux, microseconds since 1970 on macOS.
  package var started: UInt64
  /// Names the boot of the machine.
  package var boot: String

  /// The process that has this id now; nil when there is none. One that has just ended has its id until it is collected.
  package init?(pid: Int32) {
    guard pid > 0, let started = Self.startTime(of: pid, countingRemains: true) else { return nil }
    self.pid = pid
    self.started = started
    self.boot = Self.currentBoot
  }

  /// An identity noted elsewhere; for processes of this boot.
  package init(pid: Int32, started: UInt64) {
    self.pid = pid
    self.started = started
    self.boot = Self.currentBoot
  }

  /// This process.
  package static var current: ProcessIdentity { ProcessIdentity(pid: getpid(), started: startTime(of: getpid()) ?? 0) }

  /// Whether it still runs. What has ended but was not yet collected by its parent does not run.
  package var isAlive: Bool { boot == Self.currentBoot && Self.startTime(of: pid) == started }

  /// Sends it a signal; false when it has ended.
  @discardableResult package func signal(_ signal: ProcessSignal) -> Bool {
    isAlive && Posix.send(signal.number, to: pid)
  }

  /// Sends a signal to the whole group that it leads; false when it has ended.
  @discardableResult package func signalGroup(_ signal: ProcessSignal) -> Bool {
    isAlive && getpgid(pid) == pid && Posix.send(signal.number, to: -pid)
  }

  /// Returns when it has ended.
  /// - Returns: whether it ended within the time.
  package func waitForEnd(atMost limit: Duration) async -> Bool {
    let deadline = ContinuousClock.now + limit
    while isAlive {
      if ContinuousClock.now >= deadline || Task.isCancelled { return false }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return true
  }
}

#if canImport(Darwin)
  extension ProcessIdentity {
    private static let currentBoot: String = {
      var size = 0
      guard sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0) == 0, size > 1 else { return "" }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctlbyname("kern.bootsessionuuid", &bytes, &size, nil, 0) == 0 else { return "" }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }()

    private static func startTime(of pid: Int32, countingRemains: Bool = false) -> UInt64? {
      var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, pid]
      var info = kinfo_proc()
      var size = MemoryLayout<kinfo_proc>.stride
      guard sysctl(&name, 4, &info, &size, nil, 0) == 0, size > 0 else { return nil }
      guard countingRemains || Int32(info.kp_proc.p_stat) != SZOMB else { return nil }
      let time = info.kp_proc.p_un.__p_starttime
      return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_usec)
    }
  }
#else
  extension ProcessIdentity {
    private static let currentBoot: String = {
      let text = SmallFile.read("/proc/sys/kernel/random/boot_id") ?? ""
      return String(text.prefix { !$0.isWhitespace })
    }()

    /// Field 22 of the process's line; its name, in brackets, may hold anything.
    private static func startTime(of pid: Int32, countingRemains: Bool = false) -> UInt64? {
      guard let line = SmallFile.read("/proc/\(pid)/stat"), let bracket = line.lastIndex(of: ")") else { return nil }
      let fields = line[line.index(after: bracket)...].split(separator: " ")
      guard fields.count > 19, countingRemains || (fields[0] != "Z" && fields[0] != "X") else { return nil }
      return UInt64(fields[19])
    }
  }

  /// Reads the small files that Linux makes up on the spot.
  enum SmallFile {
    static func read(_ path: String) -> String? {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = Posix.readBytes(descriptor, &bytes, bytes.count)
      return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
  }
#endif
