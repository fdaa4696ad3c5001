// What a service that stands in for a real one says no with: a status, and why.
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const must = (holds, status, message) => {
  if (!holds) throw new Refusal(status, message);
};
