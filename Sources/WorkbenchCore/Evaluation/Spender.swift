import Domain

/// A model whose requests may cost something; what runs on this machine doesn't.
struct Spender {
  private let model: ModelSpec

  /// Nil for a model that costs nothing for each request: one on this machine without a price, or one that is free.
  init?(_ model: ModelSpec) {
    if model.price?.isFree == true { return nil }
    if model.price == nil {
      guard case .endpoint(let endpoint) = model.api, !endpoint.isOnThisMachine else { return nil }
    }
    self.model = model
  }

  /// The item with the day of its prices, or with what has to be allowed where there are none.
  func complete(_ item: Charge.Item) -> Charge.Item {
    var item = item
    item.pricesAsOf = model.price?.asOf
    if model.price == nil, case .endpoint(let endpoint) = model.api {
      item.unpriced = .unpriced(origin: endpoint.baseURLs.first.map(Endpoint.origin(of:)) ?? model.name)
    }
    return item
  }
}
