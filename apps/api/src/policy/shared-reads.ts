/**
 * Reads that many ask for at once, by key. Whoever asks while one runs shares the next: so every answer was read after its
 * question, however many ask, and two reads are enough for any crowd.
 */
export class SharedReads<T> {
  private readonly flights = new Map<string, { current: Promise<T>; next: Promise<T> | undefined }>();

  read(key: string, load: () => Promise<T>): Promise<T> {
    const flight = this.flights.get(key);
    if (!flight) return this.start(key, load);
    flight.next ??= flight.current.then(
      () => this.start(key, load),
      () => this.start(key, load),
    );
    return flight.next;
  }

  private start(key: string, load: () => Promise<T>): Promise<T> {
    const flight = { current: load(), next: undefined };
    this.flights.set(key, flight);
    const done = () => {
      if (flight.next === undefined) this.flights.delete(key);
    };
    flight.current.then(done, done);
    return flight.current;
  }
}
