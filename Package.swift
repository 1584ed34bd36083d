// swift-tools-version: 6.1
import PackageDescription

/// The panes; each is a target of its own, so that none can know another.
let panes = ["PanePrompt", "PaneCases", "PaneCompare", "PaneTraining", "PaneVerdict"]

let package = Package(
  name: "assay",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "assay", targets: ["assay"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .target(name: "Grading"),
    .target(name: "Evidence"),
    .target(name: "WorkbenchCore", dependencies: ["Grading", "Evidence"]),
  ],
  swiftLanguageModes: [.v6]
)
