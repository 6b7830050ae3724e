// What Python says of a figure, and what becomes of it: the record is put right, and the view is shown unless the page
// is ahead of it.

import { collect } from "./files.js";

export class Answers {
  #state;
  #exchange;
  #screen;
  #stored;
  #notices;
  #refreshTools;

  // Of the figure.
  constructor({ state, exchange, screen, stored, notices, refreshTools }) {
    this.#state = state;
    this.#exchange = exchange;
    this.#screen = screen;
    this.#stored = stored;
    this.#notices = notices;
    this.#refreshTools = refreshTools;
  }

  /** @param {Extract<Reply, { type: "view" | "stale" | "piece" | "error" }>} reply */
  receive(reply) {
    if (this.#exchange.isPast(reply)) return;
    if (reply.type === "view") this.#receiveView(reply);
    else if (reply.type === "stale") this.#receiveStale();
    else if (reply.type === "piece") this.#receivePiece(reply);
    else if (reply.type === "error") this.#receiveError(reply);
  }

  /** @param {View} reply */
  #receiveView(reply) {
    if (!reply.busy) {
      this.#exchange.answered(this.#state.record, reply);
      if (reply.unread && this.#state.unreadable(reply.unread)) return;
      this.#state.answered(reply);
    }
    if (this.#exchange.isOvertaken(reply)) return;
    this.#exchange.isLive = true;
    // In its first state, stored views still answer sooner.
    if (reply.untouched && !reply.busy) this.#stored.begin();
    else this.#stored.forget();
    if (reply.html === null) this.#screen.showFirst();
    else this.#screen.show(reply.html);
    this.#screen.stale(reply.stale);
    this.#screen.progress(reply.busy ? (reply.progress ?? 0) : null);
    this.#screen.offerStop(reply.busy);
    for (const text of reply.messages) this.#notices.say("warn", text);
    if (!reply.busy && !this.#exchange.isLoading) this.#settle();
  }

  #receiveStale() {
    this.#stored.forget();
    this.#screen.stale(true);
  }

  #receivePiece(reply) {
    this.#screen.progress(reply.progress);
    this.#screen.offerStop(reply.busy);
    collect(reply);
  }

  #receiveError(reply) {
    this.#exchange.answered(this.#state.record, reply);
    this.#notices.say("error", reply.message);
    this.#state.answered();
    this.#settle();
  }

  stateChanged(python) {
    const { state, progress, failure } = python;
    if (state === "loading") {
      this.#screen.become("loading");
      this.#notices.clear("failure");
      this.#screen.progress(progress);
    } else if (state === "failed") {
      this.#screen.become("error");
      this.#screen.progress(null);
      this.#notices.say("error", `${failure} You can read on; the figures rest.`, {
        actions: { "Try again": () => python.retry() },
        id: "failure",
      });
      this.#exchange.tellSettled(this.#state.record);
    }
  }

  #settle() {
    this.#screen.progress(null);
    this.#refreshTools();
    this.#screen.ready();
    if (!this.#state.record.pending.length) this.#exchange.tellSettled(this.#state.record);
  }
}
