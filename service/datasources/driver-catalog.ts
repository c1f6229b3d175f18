import type { Driver } from './driver.ts';
import { doctorDriver } from './drivers/doctor.ts';
import { httpJsonDriver } from './drivers/http-json/driver.ts';
import { pushDriver } from './drivers/push.ts';

/** Every driver of this server by its id, in the order in which they are listed. */
export const driverCatalog: ReadonlyMap<string, Driver> = new Map(
  [doctorDriver, httpJsonDriver, pushDriver].map((driver) => [driver.id, driver]),
);
