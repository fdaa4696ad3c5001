// The clock of rollouts: a Durable Object with an alarm, because steps can be shorter than a cron trigger's minute. It
// keeps nothing but the time of its next alarm, which is stored before `wake` answers; between two alarms it sleeps. If
// an alarm fails, the runtime rings again; if it was ever lost, the cron trigger sets it anew.
import { DurableObject } from "cloudflare:workers";

// `drive` does what has to happen now, and answers when to come again (milliseconds since 1970), if ever.
export const clockOf = (drive) =>
  class extends DurableObject {
    // Rings at this time, or sooner if it was to ring sooner.
    async wake(at) {
      const set = await this.ctx.storage.getAlarm();
      if (set === null || at < set) await this.ctx.storage.setAlarm(at);
    }

    async alarm() {
      const next = await drive(this.env, this.ctx);
      if (next) await this.wake(next);
    }
  };
