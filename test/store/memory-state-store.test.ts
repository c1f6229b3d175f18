import type { Sequence } from '../../service/base/ids.ts';
import { MemoryStateStore } from '../../service/store/memory/memory-state-store.ts';
import { FaultyStateStore } from '../../service/store/wrappers/faulty-state-store.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { describeStateStore } from '../contracts/state-store-suite.ts';
import { ManualClock } from '../support/manual-clock.ts';

describeStateStore('MemoryStateStore', {
  async open() {
    const store = new MemoryStateStore();
    return { store, other: store, trim: async (sequence: Sequence) => store.trimRecord(sequence) };
  },
  unreachable() {
    const faults = new ScriptedFaults().always('every', { kind: 'unavailable', reason: 'unreachable' });
    return new FaultyStateStore({ inner: new MemoryStateStore(), faults, clock: new ManualClock() });
  },
});
