import Files
import Foundation
import TestFolders
import Testing

/// Which paths of a workspace may be read.
@Suite struct WorkspaceFolderTests {
  private func withWorkspace(_ body: (WorkspaceFolder, _ outside: String) throws -> Void) throws {
    try TestFolder.with { folder in
      let root = folder + "/ws"
      try FileManager.default.createDirectory(atPath: root + "/prompts/main", withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: folder + "/secret", withIntermediateDirectories: true)
      try Data("key".utf8).write(to: URL(fileURLWithPath: folder + "/secret/id_rsa"))
      try body(WorkspaceFolder(root), folder + "/secret")
    }
  }

  @Test(arguments: ["file", "folder", "chain", "parent"]) func noLinkLeadsOut(kind: String) throws {
    try withWorkspace { workspace, outside in
      let manager = FileManager.default
      let root = workspace.path
      switch kind {
      case "file": try manager.createSymbolicLink(atPath: root + "/a", withDestinationPath: outside + "/id_rsa")
      case "folder": try manager.createSymbolicLink(atPath: root + "/b", withDestinationPath: outside)
      case "chain":
        try manager.createSymbolicLink(atPath: root + "/one", withDestinationPath: outside + "/id_rsa")
        try manager.createSymbolicLink(atPath: root + "/a", withDestinationPath: "one")
      default: try manager.createSymbolicLink(atPath: root + "/a", withDestinationPath: "prompts/../../secret/id_rsa")
      }
      #expect(throws: PathError.self) { try workspace.reading(kind == "folder" ? "b/id_rsa" : "a") }
      #expect(throws: PathError.self) { try workspace.writing(kind == "folder" ? "b/id_rsa" : "a") }
    }
  }

  @Test func foldersWhoseNamesOnlyLookAlikeAreTwo() {
    #expect(WorkspaceFolder.holds("/w/caf\u{E9}", "/w/caf\u{E9}/a") && WorkspaceFolder.holds("/w", "/w"))
    #expect(!WorkspaceFolder.holds("/w/caf\u{E9}", "/w/cafe\u{301}/a"))
    #expect(!WorkspaceFolder.holds("/w", "/ways/a") && !WorkspaceFolder.holds("/w/a", "/w"))
    #expect(WorkspaceFolder.holds("/w", "/w/\u{301}a"), "a mark may stand behind the slash")
  }

  @Test func linksInsideAreFollowed() throws {
    try withWorkspace { workspace, _ in
      try FileManager.default.createSymbolicLink(atPath: workspace.path + "/best", withDestinationPath: "prompts/main")
      let real = try #require(WorkspaceFolder.realPath(workspace.path))
      #expect(try workspace.reading("best") == real + "/prompts/main")
      try workspace.checkLinks(in: ".assay-none")
      try workspace.checkLinks(in: "prompts")
    }
  }

  @Test func aWorkspaceThatIsOpenedThroughALinkReadsItsOwnFiles() throws {
    try withWorkspace { workspace, _ in
      try TestFolder.with { other in
        try FileManager.default.createSymbolicLink(atPath: other + "/link", withDestinationPath: workspace.path)
        let real = try #require(WorkspaceFolder.realPath(workspace.path))
        #expect(try WorkspaceFolder(other + "/link").reading("prompts/main") == real + "/prompts/main")
      }
    }
  }

  @Test(arguments: ["../secret/id_rsa", "/etc/passwd", "~/x", "a/../../secret", "", "a\0b"])
  func noPathLeadsOut(path: String) throws {
    try withWorkspace { workspace, _ in
      #expect(throws: PathError.self) { try workspace.reading(path) }
    }
  }

  /// A folder that a program is given whole: what it would find by following a link counts as read.
  @Test(arguments: ["model/tokenizer.json", "model/deep/er/tokenizer.json"]) func aFolderWithALinkOutIsRefused(
    place: String
  )
    throws
  {
    try withWorkspace { workspace, outside in
      let file = workspace.path + "/" + place
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: outside + "/id_rsa")
      #expect(throws: PathError.self) { try workspace.checkLinks(in: "model") }
      try workspace.checkLinks(in: outside)
    }
  }
}
