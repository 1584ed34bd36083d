import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import Trainers

/// Links in a job's folder, which a program that goes on with the job would follow.
@Suite struct JobLinkTests {
  @Test(arguments: [
    "last", "best", "checkpoints", "checkpoints/0000010/adapters.safetensors", "train.jsonl", "events.jsonl",
  ])
  func aJobWithALinkOutIsNotGoneOnWith(name: String) throws {
    let fake = try FakeTrainer("")
    let manager = FileManager.default
    let place = fake.folder.path + "/" + name
    try manager.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try fake.folder.checkLinks()
    let outside = manager.temporaryDirectory.path
    try? manager.removeItem(atPath: place)
    try manager.createSymbolicLink(atPath: place, withDestinationPath: outside)
    #expect(throws: (any Error).self) { try fake.folder.checkLinks() }
  }

  /// What is made in a folder that is gone goes nowhere: nobody works for that.
  @Test func aJobEndsWithItsFolder() async throws {
    let fake = try FakeTrainer("sleep 600")
    try await fake.start()
    _ = await fake.follow { _ in fake.folder.read(fake.folder.processes, as: JobFolder.Processes.self)?.trainer != nil }
    let processes = try #require(fake.folder.read(fake.folder.processes, as: JobFolder.Processes.self))
    try FileManager.default.removeItem(atPath: fake.folder.path)
    #expect(await processes.trainer?.waitForEnd(atMost: .seconds(60)) == true)
    let seen = await fake.trainer.observe(folder: fake.folder.path, from: ObservationCursor())
    #expect(seen.isGone)
  }

  @Test func itsOwnLinksAreFine() throws {
    let fake = try FakeTrainer("")
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: fake.folder.path + "/checkpoints/0000010", withIntermediateDirectories: true)
    for name in ["last", "best"] {
      try manager.createSymbolicLink(
        atPath: fake.folder.path + "/" + name, withDestinationPath: "checkpoints/0000010")
    }
    try fake.folder.checkLinks()
  }
}
