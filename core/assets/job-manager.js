/**
 * Client of Lote's REST API.
 *
 *   import { JobManager } from "/api/client/job-manager.js";
 *   const jobs = new JobManager();
 *   const job = await jobs.createBatchScrapingJob(["example.com"], "My sites");
 *   const stop = jobs.startJobPolling(job.id, (job) => console.log(job.progress_percentage));
 */

const FINAL_STATES = new Set(["completed", "failed", "cancelled"]);

/** What the API answered instead of a result: RFC 9457 problem details. */
export class JobManagerError extends Error {
  /**
   * @param {string} message The problem's `detail`.
   * @param {number} status HTTP status.
   * @param {?Object} problem The whole problem, if the answer held one: type, title, status, detail, errors.
   */
  constructor(message, status, problem) {
    super(message);
    this.name = "JobManagerError";
    this.status = status;
    this.problem = problem;
    /** @type {{field: string, detail: string}[]} */
    this.errors = problem?.errors ?? [];
  }
}

/** Creates, follows and cancels jobs. */
export class JobManager {
  #token;

  /**
   * @param {string|URL} baseUrl Where the API is; by default where this module came from.
   * @param {{token?: string}} [options] `token`: an API token, for programs; a page of Lote's own has the login's cookie.
   */
  constructor(baseUrl = new URL("..", import.meta.url), { token } = {}) {
    this.baseUrl = String(baseUrl).replace(/\/+$/, "");
    this.#token = token;
  }

  /**
   * Create a job with one step for each domain and start it.
   *
   * @param {string[]} domains Domains or URLs.
   * @param {string} [name] By default "Batch of <date>".
   * @param {string} [description]
   * @returns {Promise<Object>} The job, with what was not taken: `rejected` and `duplicates`.
   * @throws {JobManagerError} 422 when no domain can be scraped.
   */
  createBatchScrapingJob(domains, name, description) {
    return this.#call("POST", "/jobs/batch-scraping", { domains, name, description });
  }

  /**
   * @param {number} id
   * @returns {Promise<Object>} The job.
   * @throws {JobManagerError} 404 when there is no such job.
   */
  getJob(id) {
    return this.#call("GET", `/jobs/${encodeURIComponent(id)}`);
  }

  /**
   * Jobs, newest first.
   *
   * @param {{status?: string, job_type?: string, q?: string, created_by?: string, limit?: number, cursor?: string}} [filters]
   * @returns {Promise<{items: Object[], next_cursor: ?string, total: number, total_is_exact: boolean}>}
   */
  listJobs(filters = {}) {
    const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== null && value !== "");
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return this.#call("GET", query ? `/jobs?${query}` : "/jobs");
  }

  /**
   * Ask for a job again and again, one request at a time, until it ends or polling is stopped.
   *
   * @param {number} id
   * @param {(job: Object) => void} callback Gets the job at once and after every pause; the last time, finished.
   * @param {number} [ms] Pause between an answer and the next request.
   * @param {(error: Error) => void} [onError] Gets the error of a failed request or of the callback; polling goes on,
   *   but for a job that does not exist (404). By default the console tells it.
   * @returns {() => void} Stops the polling; no callback comes after it.
   */
  startJobPolling(id, callback, ms = 3000, onError = (error) => console.warn(error)) {
    const abort = new AbortController();
    let timer;
    const ask = async () => {
      let ended = false;
      try {
        const job = await this.#call("GET", `/jobs/${encodeURIComponent(id)}`, undefined, abort.signal);
        if (abort.signal.aborted) return;
        ended = FINAL_STATES.has(job.status);
        await callback(job);
      } catch (error) {
        if (abort.signal.aborted) return;
        ended ||= error instanceof JobManagerError && error.status === 404;
        onError(error);
      }
      if (!ended && !abort.signal.aborted) timer = setTimeout(ask, ms);
    };
    ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }

  /**
   * End a job now; its reports stay.
   *
   * @param {number} id
   * @returns {Promise<Object>} The cancelled job.
   * @throws {JobManagerError} 409 when it has ended already in another way.
   */
  cancelJob(id) {
    return this.#call("POST", `/jobs/${encodeURIComponent(id)}/cancel`);
  }

  async #call(method, path, body, signal) {
    const options = { method, signal, cache: "no-store", headers: { Accept: "application/json" } };
    if (this.#token) options.headers.Authorization = `Bearer ${this.#token}`;
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const response = await fetch(this.baseUrl + path, options);
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
      throw new JobManagerError(answer?.detail ?? `${response.status} ${response.statusText}`, response.status, answer);
    }
    if (answer === null) throw new JobManagerError("The answer is not JSON.", response.status, null);
    return answer;
  }
}
