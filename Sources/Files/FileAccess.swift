#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Access to a file that Assay makes.
package enum FileAccess: Sendable, Hashable {
  /// Whoever the user's umask lets: files of a workspace that are meant for git, and files whose place a person named.
  case usual
  /// The user alone, whatever the umask is.
  case owner

  /// Makes all that this process makes from now on, and what the programs that it starts make, the user's alone; only
  /// ``usual`` follows the umask that was in force. Called once, before there are other threads.
  package static func makePrivate() {
    _ = usersMask
    umask(0o077)
  }

  /// The umask that the process was started with.
  private static let usersMask: mode_t = {
    let mask = umask(0o077)
    umask(mask)
    return mask
  }()

  static var usualFileMode: mode_t { 0o666 & ~usersMask }
  static var usualFolderMode: mode_t { 0o777 & ~usersMask }
}
