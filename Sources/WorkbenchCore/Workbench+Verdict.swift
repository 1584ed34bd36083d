extension Workbench {
  func refreshVerdict() async {}
}
