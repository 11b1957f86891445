/* One table of things on this device, each under its own key: what both queues (checks of plates, reports) keep
   until the server has it. Each act opens the database and closes it, so that no tab holds another up. */

export interface DeviceStore<T extends { key: string }> {
  put: (thing: T) => Promise<void>;
  get: (key: string) => Promise<T | undefined>;
  all: () => Promise<T[]>;
  drop: (key: string) => Promise<void>;
  /* Read and write in one transaction; what ``change`` is given is what stands there at that moment. */
  change: (key: string, change: (held: T | undefined) => T) => Promise<T>;
}

export function deviceStore<T extends { key: string }>(name: string, table: string): DeviceStore<T> {
  const opened = (): Promise<IDBDatabase> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("no database on this device"));
    });

  async function within<R>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore, done: (result: R) => void) => void,
  ): Promise<R> {
    const database = await opened();
    try {
      return await new Promise<R>((resolve, reject) => {
        const change = database.transaction(table, mode);
        let found: R;
        change.oncomplete = () => resolve(found);
        change.onerror = change.onabort = () => reject(change.error ?? new Error("not kept on this device"));
        act(change.objectStore(table), (result) => (found = result));
      });
    } finally {
      database.close();
    }
  }

  function asked<R>(request: IDBRequest<R>, done: (result: R) => void): void {
    request.onsuccess = () => done(request.result);
  }

  return {
    put: (thing) => within("readwrite", (store) => void store.put(thing)),
    get: (key) =>
      within("readonly", (store, done) => asked(store.get(key) as IDBRequest<T | undefined>, done)),
    all: () => within("readonly", (store, done) => asked(store.getAll() as IDBRequest<T[]>, done)),
    drop: (key) => within("readwrite", (store) => void store.delete(key)),
    change: (key, change) =>
      within("readwrite", (store, done) =>
        asked(store.get(key) as IDBRequest<T | undefined>, (held) => {
          const made = change(held);
          store.put(made);
          done(made);
        }),
      ),
  };
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join(
    "",
  );
}

/* A refusal that sending again does not change; signed out (401, 404, 403), too many and our faults are none. */
export function isFinal(status: number): boolean {
  return [400, 409, 413, 422].includes(status);
}

/* Do it in one tab at a time; where the browser has no locks, do it. */
export async function oneTabAtATime(name: string, act: () => Promise<void>): Promise<void> {
  await (navigator.locks ? navigator.locks.request(name, act) : act());
}
