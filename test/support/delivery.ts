import type { Delivery, DeliveryOptions } from '../../src/delivery/delivery.js';
import { createDelivery } from '../../src/delivery/delivery.js';

/** A delivery with the defaults of the package, except that it leaves the process alone. */
export function deliveryTo(endpoint: string, more: Partial<DeliveryOptions> = {}): Delivery {
  return createDelivery({
    endpoint,
    headers: { authorization: 'Bearer test-key' },
    sessionHeaders: { authorization: 'Bearer test-key' },
    protocol: 'http/protobuf',
    allowInsecure: false,
    queueBytes: 64 * 1024 * 1024,
    spanBytes: 1024 * 1024,
    target: { serverUrl: new URL(endpoint).origin },
    handleExit: false,
    ...more,
  });
}

/** Checks the conservation law. */
export function expectConserved(delivery: Delivery): void {
  const { made, delivered, pending, spooled, dropped } = delivery.stats();
  expect({ made }).toEqual({ made: delivered + pending + spooled + dropped });
}
