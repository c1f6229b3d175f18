import { MemoryStateStore } from '../../service/store/memory/memory-state-store.ts';
import { FaultyLeaseStore } from '../../service/store/wrappers/faulty-lease-store.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { describeLeaseStore } from '../contracts/lease-store-suite.ts';
import { ManualClock } from '../support/manual-clock.ts';

describeLeaseStore('MemoryLeaseStore', {
  async open() {
    const state = new MemoryStateStore();
    return { leases: state.leases, other: state.leases, state };
  },
  unreachable() {
    const faults = new ScriptedFaults().always('every', { kind: 'unavailable', reason: 'unreachable' });
    return new FaultyLeaseStore({ inner: new MemoryStateStore().leases, faults, clock: new ManualClock() });
  },
});
