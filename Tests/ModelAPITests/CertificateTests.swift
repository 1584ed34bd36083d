import Content
import Domain
import Foundation
import LoopbackServer
import TestFolders
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Whose certificates are trusted, against a server with a real one.
struct CertificateTests {
  /// Certificates made for one test run: an authority of our own, and servers that it vouches for.
  struct Authority {
    let folder: URL

    /// Made once; the error says what openssl said.
    static let shared = Result { try Authority() }

    /// Whether there is an openssl to make them with.
    static let isPossible = (try? openssl(["version"], in: FileManager.default.temporaryDirectory)) != nil

    private init() throws {
      folder = URL(filePath: temporaryPath("tls"))
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let key = ["-newkey", "rsa:2048", "-nodes", "-keyout"]
      let settings = """
        [ca]
        default_ca = test
        [test]
        database = index
        serial = serial
        new_certs_dir = .
        default_md = sha256
        policy = any
        unique_subject = no
        [any]
        commonName = supplied
        [here]
        subjectAltName = DNS:localhost,IP:127.0.0.1
        [elsewhere]
        subjectAltName = DNS:elsewhere.test
        [authority]
        basicConstraints = critical,CA:TRUE
        [req]
        distinguished_name = name
        [name]
        """
      for (name, text) in [("settings.cnf", settings), ("index", ""), ("serial", "01\n")] {
        try Data(text.utf8).write(to: folder.appending(path: name))
      }
      try run(
        ["req", "-x509", "-config", "settings.cnf", "-extensions", "authority", "-subj", "/CN=Assay test"] + key
          + ["ca.key", "-out", "ca.pem", "-days", "2"])
      try run(
        ["req", "-config", "settings.cnf", "-subj", "/CN=assay.test"] + key + ["server.key", "-out", "server.csr"])
      let (past, lately) = ("20200101000000Z", "20200201000000Z")
      for (name, names, days) in [
        ("good", "here", ["-days", "2"]), ("other", "elsewhere", ["-days", "2"]),
        ("old", "here", ["-startdate", past, "-enddate", lately]),
      ] {
        try run(
          ["ca", "-batch", "-notext", "-config", "settings.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"]
            + ["-extensions", names, "-in", "server.csr", "-out", "\(name).pem"] + days)
      }
    }

    private func run(_ arguments: [String]) throws { try Self.openssl(arguments, in: folder) }

    private static func openssl(_ arguments: [String], in folder: URL) throws {
      let process = Process()
      let errors = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["openssl"] + arguments
      process.currentDirectoryURL = folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = errors
      try process.run()
      let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      if process.terminationStatus != 0 { throw Failure(said: said) }
    }

    private struct Failure: Error { var said: String }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func identity(_ name: String) -> TLSIdentity {
      TLSIdentity(certificate: path("\(name).pem"), key: path("server.key"))
    }
  }

  private func outcome(
    _ identity: String?, scheme: String = "https", certificates: String? = nil, environment: [String: String] = [:]
  ) async throws -> String {
    let authority = try Authority.shared.get()
    return try await MockServer.with(tls: identity.map { authority.identity($0) }, { _ in chat("secret") }) { server in
      let clients = HTTPModelClients(servers: nil) { environment[$0] }
      let endpoint = Endpoint(
        .chat, baseURLs: ["\(scheme)://localhost:\(server.port)/v1"], model: "m", certificates: certificates)
      let outcome: String
      do {
        let client = try clients.client(
          for: ModelSpec(name: "m", api: .endpoint(endpoint), timeout: 120), adapter: nil,
          workspace: authority.folder.path)
        let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
        outcome = try await client.answer(request, onText: nil).text
      } catch let failure as ModelFailure {
        outcome = "\(failure.kind): \(failure)"
      }
      await clients.shutdown()
      return outcome
    }
  }

  @Test(.enabled(if: Authority.isPossible, "openssl is not installed")) func anAuthorityOfOnesOwn() async throws {
    let authority = try Authority.shared.get()
    #expect(try await outcome("good", certificates: "ca.pem") == "secret")
    #expect(try await outcome("good", environment: ["SSL_CERT_FILE": authority.path("ca.pem")]) == "secret")
    #expect(try await outcome("good", environment: ["REQUESTS_CA_BUNDLE": authority.path("ca.pem")]) == "secret")
    // The environment's take the system's place, and the endpoint's come on top.
    let environment = ["SSL_CERT_FILE": authority.path("other.pem"), "CURL_CA_BUNDLE": "/nowhere"]
    #expect(try await outcome("good", environment: environment).hasPrefix("rejected: The certificate of localhost"))
    #expect(try await outcome("good", certificates: "ca.pem", environment: environment) == "secret")
  }

  @Test(.enabled(if: Authority.isPossible, "openssl is not installed")) func nobodyElse() async throws {
    for (identity, certificates) in [("good", nil), ("good", "other.pem"), ("old", "ca.pem")] {
      let text = try await outcome(identity, certificates: certificates)
      #expect(text.hasPrefix("rejected: The certificate of localhost"), "\(identity) \(certificates ?? "") \(text)")
      #expect(text.contains("isn't trusted here"))
    }
    let name = try await outcome("other", certificates: "ca.pem")
    #expect(name.hasPrefix("rejected: The certificate of localhost") && name.contains("another name"), "\(name)")
  }

  @Test(.enabled(if: Authority.isPossible, "openssl is not installed")) func aServerThatSpeaksTheOther() async throws {
    let plain = try await outcome(nil, certificates: "ca.pem")
    #expect(plain.hasPrefix("unavailable: No secure connection") && plain.contains("https://"), "\(plain)")
    let secure = try await outcome("good", scheme: "http", certificates: "ca.pem")
    #expect(secure.hasPrefix("unavailable"), "\(secure)")
  }

  @Test(.enabled(if: Authority.isPossible, "openssl is not installed")) func filesThatCannotBeUsed() async throws {
    for name in ["missing.pem", "server.csr", "settings.cnf", "."] {
      let text = try await outcome("good", certificates: name)
      #expect(text.hasPrefix("rejected: The certificates in \(name) can't be used"), "\(text)")
    }
    let authority = try Authority.shared.get()
    let text = try await outcome("good", environment: ["SSL_CERT_FILE": authority.path("settings.cnf")])
    #expect(text.hasPrefix("rejected: The environment variable SSL_CERT_FILE names"), "\(text)")
    // Folders are for the programs that know them, and http needs no certificate at all.
    let folder = try await outcome("good", certificates: "ca.pem", environment: ["REQUESTS_CA_BUNDLE": "/tmp"])
    #expect(folder == "secret")
    #expect(try await outcome(nil, scheme: "http", environment: ["SSL_CERT_FILE": "/nowhere"]) == "secret")
  }

  /// Allows some things and no others.
  private struct Allowing: TrustGate {
    var allowed: Set<Permission>
    func standing(asking permissions: [Permission]) -> WorkspaceTrust { .trusted }
    func allow(_ permissions: [Permission]) {}
    func allows(_ permissions: [Permission]) -> Bool { allowed.isSuperset(of: permissions) }
    var isForThisProcess: Bool { false }
  }

  /// A person allows certificates by what they are, and not whatever may stand in the file later.
  @Test(.enabled(if: Authority.isPossible, "openssl is not installed")) func otherCertificatesInTheFileAreNotAllowed()
    async throws
  {
    let authority = try Authority.shared.get()
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: authority.path(name))) }
    let lines = CertificateLine.lines(pem: try bytes("ca.pem"))
    #expect(lines.count == 1 && lines[0].hasPrefix("Assay test, SHA-256 ") && lines[0].utf8.count == 84)
    #expect(CertificateLine.lines(pem: try bytes("good.pem"))[0].hasPrefix("assay.test, SHA-256 "))
    let endpoint = Endpoint(.chat, baseURLs: ["https://localhost:1/v1"], model: "m", certificates: "mine.pem")
    let model = ModelSpec(name: "m", api: .endpoint(endpoint))
    let gate = Allowing(
      allowed: Set(model.permissions).union([.certificates(file: "mine.pem", holding: lines)]))
    for (content, isAllowed) in [("ca.pem", true), ("good.pem", false), ("ca.pem", true)] {
      try bytes(content).write(to: URL(filePath: authority.path("mine.pem")))
      let clients = HTTPModelClients(servers: nil, gate: gate) { _ in nil }
      let client = Result { try clients.client(for: model, adapter: nil, workspace: authority.folder.path) }
      #expect(((try? client.get()) != nil) == isAllowed)
      await clients.shutdown()
    }
  }

  @Test func whatIsNoCertificateHasNoName() {
    #expect(CertificateLine.lines(pem: "no PEM".utf8).isEmpty)
    let empty = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"
    #expect(CertificateLine.lines(pem: empty.utf8).isEmpty)
    var chance = SystemRandomNumberGenerator()
    for count in 0..<300 {
      var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }
      if count > 4 { bytes.replaceSubrange(0..<4, with: [0x30, 0x82, 0x7F, 0xFF]) }
      #expect(CertificateLine.line(der: bytes).contains("SHA-256 \(SHA256.hex(bytes))"))
    }
  }
}
