import Domain
import Files
import Foundation
import TestFolders
import Testing
import WorkbenchCore

@testable import Trust

/// What is remembered of a workspace, and what counts as this installation's own.
@Suite struct TrustTests {
  private let address = Permission.address(origin: "https://api.example.com", key: "KEY", allowsHTTP: false)

  private func withPlaces(_ body: (_ workspace: String, TrustLedger) throws -> Void) throws {
    try TestFolder.with { folder in
      try FileManager.default.createDirectory(atPath: folder + "/ws", withIntermediateDirectories: true)
      try body(folder + "/ws", TrustLedger(folder: UserFolder(path: folder + "/home/assay/trust")))
    }
  }

  @Test func nobodyIsTrustedUntilAPersonSaysSo() throws {
    try withPlaces { workspace, ledger in
      let gate = WorkspaceGate(workspace: workspace, ledger: ledger)
      #expect(gate.standing(asking: [address]) == .untrusted([address]))
      #expect(!gate.allows([]) && !gate.allows([address]))
      #expect(!FileManager.default.fileExists(atPath: ledger.folder.path), "looking writes nothing")
      try gate.allow([address])
      #expect(gate.standing(asking: [address]) == .trusted)
      #expect(WorkspaceGate(workspace: workspace, ledger: ledger).allows([address]))
      #expect(try ledger.remove(workspace))
      #expect(!gate.allows([address]))
      #expect(try !ledger.remove(workspace))
    }
  }

  @Test(arguments: [
    Permission.address(origin: "https://api.example.com", key: "OTHER", allowsHTTP: false),
    .address(origin: "https://evil.example.com", key: "KEY", allowsHTTP: false),
    .address(origin: "https://api.example.com", key: "KEY", allowsHTTP: true),
    .program(words: ["python3", "m.py"], environment: []), .engine(path: "model"), .outside(path: "/etc/passwd"),
    .trainer(words: ["train"], settings: []), .slurm(lines: ["sbatch"]), .variables(["HF_TOKEN"]),
  ]) func whatIsNewIsAskedForAgain(new: Permission) throws {
    try withPlaces { workspace, ledger in
      let gate = WorkspaceGate(workspace: workspace, ledger: ledger)
      try gate.allow([address])
      #expect(gate.standing(asking: [address, new]) == .changed([new]))
      #expect(!gate.allows([new]) && !gate.allows([address]) && !gate.allows([]), "nothing until it is answered")
      try gate.allow([new])
      #expect(gate.standing(asking: [address, new]) == .trusted)
    }
  }

  @Test func anotherFolderInItsPlaceIsNotTrustedByAnotherName() throws {
    try withPlaces { workspace, ledger in
      try WorkspaceGate(workspace: workspace, ledger: ledger).allow([address])
      try FileManager.default.moveItem(atPath: workspace, toPath: workspace + "-moved")
      #expect(!WorkspaceGate(workspace: workspace + "-moved", ledger: ledger).allows([]))
    }
  }

  @Test func oneProcessMayBeToldToTrust() throws {
    try withPlaces { workspace, ledger in
      let gate = WorkspaceGate(workspace: workspace, ledger: ledger, trustsAll: true)
      #expect(gate.standing(asking: [address]) == .trusted && gate.allows([address]) && gate.isForThisProcess)
      #expect(!WorkspaceGate(workspace: workspace, ledger: ledger).allows([]))
    }
  }

  /// Names that Swift takes for equal are two files for the system.
  @Test func lettersThatOnlyLookAlikeAreAskedForAgain() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    try #require(composed == decomposed)
    let pairs: [(Permission, Permission)] = [
      (.program(words: ["./" + composed], environment: []), .program(words: ["./" + decomposed], environment: [])),
      (.program(words: ["a", composed], environment: []), .program(words: ["a", decomposed], environment: [])),
      (.grader(words: [composed], environment: []), .grader(words: [decomposed], environment: [])),
      (.trainer(words: ["a"], settings: ["X=" + composed]), .trainer(words: ["a"], settings: ["X=" + decomposed])),
      (.slurm(lines: [composed]), .slurm(lines: [decomposed])), (.engine(path: composed), .engine(path: decomposed)),
      (.outside(path: "/" + composed), .outside(path: "/" + decomposed)),
      (.variables(["A\u{212A}"]), .variables(["AK"])),
      // Words that are joined otherwise are others.
      (.program(words: ["a"], environment: ["b"]), .program(words: ["a", "b"], environment: [])),
    ]
    try withPlaces { workspace, ledger in
      for (allowed, other) in pairs {
        let gate = WorkspaceGate(workspace: workspace, ledger: ledger)
        try gate.allow([allowed])
        #expect(gate.allows([allowed]) && !gate.allows([other]), "\(other)")
        #expect(gate.standing(asking: [other]) == .changed([other]))
      }
    }
  }

  @Test func moneyIsNoMatterOfTrust() throws {
    try withPlaces { workspace, ledger in
      let cost = Permission.unpriced(origin: "https://models.example")
      let gate = WorkspaceGate(workspace: workspace, ledger: ledger, trustsAll: true)
      #expect(gate.allows([address]) && !gate.allows([cost]))
      try gate.allow([cost])
      #expect(gate.allows([address, cost]))
      // The next process asks again, unless the workspace has been trusted with it for good.
      #expect(!WorkspaceGate(workspace: workspace, ledger: ledger, trustsAll: true).allows([cost]))
      try WorkspaceGate(workspace: workspace, ledger: ledger).allow([cost])
      #expect(WorkspaceGate(workspace: workspace, ledger: ledger, trustsAll: true).allows([cost]))
    }
  }

  @Test func whatOthersMayWriteIsNotReliedOn() throws {
    try withPlaces { workspace, ledger in
      let gate = WorkspaceGate(workspace: workspace, ledger: ledger)
      try gate.allow([address])
      let files = try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path)
      #expect(files.count == 1)
      chmod(ledger.folder.path + "/" + files[0], 0o666)
      #expect(!gate.allows([address]))
    }
  }

  // MARK: The key

  @Test func theKeyIsMadeOnceAndForItsUserAlone() throws {
    try withPlaces { _, ledger in
      let key = try InstallationKey(in: ledger.folder)
      let again = try InstallationKey(in: ledger.folder)
      let signature = key.signature(of: [[1, 2], [3]], for: "a")
      #expect(again.verifies(signature, of: [[1, 2], [3]], for: "a"))
      #expect(!again.verifies(signature, of: [[1], [2, 3]], for: "a"), "parts keep their ends")
      #expect(!again.verifies(signature, of: [[1, 2], [3]], for: "b"))
      #expect(!again.verifies([], of: [[1, 2], [3]], for: "a"))
      let attributes = try FileManager.default.attributesOfItem(atPath: ledger.folder.path + "/installation.key")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let folder = try FileManager.default.attributesOfItem(atPath: ledger.folder.path)
      #expect(folder[.posixPermissions] as? Int == 0o700)
    }
  }

  @Test func processesThatMakeTheKeyAtOnceHaveTheSame() async throws {
    try await TestFolder.with { folder in
      let place = UserFolder(path: folder + "/trust")
      let signatures = try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for _ in 0..<8 { group.addTask { try InstallationKey(in: place).signature(of: [], for: "x") } }
        return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
      }
      #expect(signatures.count == 1)
    }
  }

  // MARK: The state folder

  @Test func aStateFolderIsOursOnlyWhereItWasMade() throws {
    try withPlaces { workspace, ledger in
      let key = try InstallationKey(in: ledger.folder)
      let state = StateFolder(workspace: workspace)
      #expect(try state.standing(key) == .absent)
      try state.make()
      #expect(try String(contentsOfFile: state.path + "/.gitignore", encoding: .utf8) == "*\n")
      #expect(try state.standing(key) == .unmarked)
      try state.mark(key)
      #expect(try state.standing(key) == .ours)
      #expect(try state.standing(nil) == .unmarked)
      let attributes = try FileManager.default.attributesOfItem(atPath: state.path)
      #expect(attributes[.posixPermissions] as? Int == 0o700)
      // A copy, as git or cp makes it.
      try FileManager.default.copyItem(atPath: workspace, toPath: workspace + "2")
      #expect(try StateFolder(workspace: workspace + "2").standing(key) == .unmarked)
      // Another one put in its place, mark and all.
      try FileManager.default.moveItem(atPath: state.path, toPath: state.path + "-old")
      try FileManager.default.copyItem(atPath: state.path + "-old", toPath: state.path)
      #expect(try state.standing(key) == .unmarked)
    }
  }

  @Test(arguments: [".assay", ".assay/assay.sqlite", ".assay/jobs", ".assay/jobs/1", ".assay/drafts", ".assay/locks"])
  func noPartOfItIsALink(place: String) throws {
    try withPlaces { workspace, ledger in
      let key = try InstallationKey(in: ledger.folder)
      let manager = FileManager.default
      try manager.createDirectory(atPath: workspace + "/elsewhere", withIntermediateDirectories: true)
      let parent = (workspace + "/" + place as NSString).deletingLastPathComponent
      try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try manager.createSymbolicLink(atPath: workspace + "/" + place, withDestinationPath: workspace + "/elsewhere")
      #expect(throws: TrustFailure.self) { try StateFolder(workspace: workspace).standing(key) }
    }
  }

  @Test func workIsSignedForItsPlace() throws {
    try withPlaces { workspace, ledger in
      let signer = InstallationSigner(folder: ledger.folder)
      let signature = try signer.signature(of: [[1]], in: workspace)
      #expect(signer.verifies(signature, of: [[1]], in: workspace))
      #expect(!signer.verifies(signature, of: [[2]], in: workspace))
      #expect(!signer.verifies(signature, of: [[1]], in: workspace + "/other"))
      #expect(!signer.verifies("", of: [[1]], in: workspace))
      #expect(!signer.verifies("zz", of: [[1]], in: workspace))
    }
  }
}
