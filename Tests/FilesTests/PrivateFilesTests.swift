import Files
import Foundation
import TestFolders
import Testing

/// Who may read what Assay makes, and where it is while it is written.
@Suite struct PrivateFilesTests {
  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
  }

  @Test func whatIsTheOwnersIsNobodyElses() throws {
    try TestFolder.with { folder in
      let file = folder + "/new/deep/file"
      try FileBytes.replace(file, with: Array("a".utf8), for: .owner)
      #expect(try mode(file) == 0o600 && mode(folder + "/new") == 0o700 && mode(folder + "/new/deep") == 0o700)
      // Also where others could read it before.
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
      try PrivateFiles.write("b", to: file)
      #expect(try mode(file) == 0o600)
    }
  }

  @Test func aFileForGitKeepsItsMode() throws {
    try TestFolder.with { folder in
      let file = folder + "/file"
      try FileBytes.replace(file, with: Array("a".utf8))
      try FileManager.default.setAttributes([.posixPermissions: 0o754], ofItemAtPath: file)
      try FileBytes.replace(file, with: Array("b".utf8))
      #expect(try mode(file) == 0o754)
    }
  }

  @Test func whatAnEarlierVersionLeftOpenIsClosed() throws {
    try TestFolder.with { folder in
      let place = folder + "/state"
      try FileManager.default.createDirectory(atPath: place + "/jobs", withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: place + "/assay.sqlite"))
      try Data().write(to: URL(fileURLWithPath: folder + "/outside"))
      try FileManager.default.createSymbolicLink(atPath: place + "/link", withDestinationPath: folder + "/outside")
      for path in [place, place + "/jobs", place + "/assay.sqlite", folder + "/outside"] {
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
      }
      try PrivateFiles.makeFolder(place)
      #expect(try mode(place) == 0o700 && mode(place + "/jobs") == 0o700 && mode(place + "/assay.sqlite") == 0o700)
      #expect(try mode(folder + "/outside") == 0o777)
    }
  }

  /// A folder that somebody has removed isn't made anew with a part of what was in it.
  @Test func aFileInAFolderThatIsGoneIsAnError() throws {
    try TestFolder.with { folder in
      #expect(throws: PathError.self) { try PrivateFiles.write("a", to: folder + "/gone/file") }
      #expect(!FileManager.default.fileExists(atPath: folder + "/gone"))
    }
  }

  // MARK: What is no file

  @Test(arguments: ["pipe", "socket", "device", "folder"]) func whatIsNoFileIsRefusedAtOnce(kind: String) throws {
    try TestFolder.with { folder in
      var path = folder + "/it"
      switch kind {
      case "pipe": #expect(mkfifo(path, 0o600) == 0)
      case "socket": try bindSocket(path)
      case "device": path = "/dev/zero"
      default: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      #expect(throws: FileError.self) { try FileBytes.read(path, limit: 100) }
      #expect(throws: FileError.self) { try FileBytes.handle(path) }
      #expect(throws: FileError.self) { try FileBytes.appending(path) }
    }
  }

  private func bindSocket(_ path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(status == 0)
  }

  @Test func aLinkIsNotFollowedWhereNoneIsMeant() throws {
    try TestFolder.with { folder in
      try Data("secret".utf8).write(to: URL(fileURLWithPath: folder + "/secret"))
      try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "secret")
      #expect(try FileBytes.read(folder + "/link", limit: 100) == Array("secret".utf8))
      #expect(throws: FileError.self) { try FileBytes.read(folder + "/link", limit: 100, followsLinks: false) }
      #expect(throws: FileError.self) { try FileBytes.appending(folder + "/link") }
    }
  }

  // MARK: Temporaries

  /// The id of a process that has ended.
  private func deadProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exit 0"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test func temporariesOfTheDeadAreSweptAndNoOthers() throws {
    try TestFolder.with { folder in
      let own = Temporaries.newName()
      let dead = own.replacing("-\(getpid())-", with: "-\(try deadProcess())-")
      let elsewhere = ".assay-another9-1-7.tmp"
      let old = ".assay-another9-1-8.tmp"
      let others = [own, elsewhere, ".assay-x.tmp", "notes.tmp", ".assay-a-b-c.tmp"]
      for name in others + [dead, old] { try Data().write(to: URL(fileURLWithPath: folder + "/" + name)) }
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -100_000)], ofItemAtPath: folder + "/" + old)
      Temporaries.sweep(folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == others.sorted())
    }
  }

  /// Where there is a state folder of this user's alone, a file lies in it while it is written; a clone's is open to all.
  @Test(arguments: [(0o700, true), (0o755, false)]) func aFileOfTheWorkspaceIsWrittenOutOfGitsSight(
    mode: Int, isUsed: Bool
  ) throws {
    try TestFolder.with { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/.assay", withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
      let workspace = WorkspaceFolder(folder)
      try workspace.replace(try workspace.writing("a.md"), with: Array("text".utf8))
      #expect(try FileBytes.text(folder + "/a.md", limit: 100) == "text")
      #expect(FileManager.default.fileExists(atPath: folder + "/.assay/tmp") == isUsed)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.sorted() == [".assay", "a.md"])
    }
  }

  @Test func aLongNameCanBeWritten() throws {
    try TestFolder.with { folder in
      let file = folder + "/" + String(repeating: "作", count: 85)
      try FileBytes.replace(file, with: Array("a".utf8))
      #expect(try FileBytes.read(file, limit: 10).count == 1)
    }
  }
}
