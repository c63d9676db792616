internal import Glibc

/// A bounded queue between tasks that submit work and the threads that do it.
///
/// Proof of `@unchecked Sendable`: `jobs`, `head`, `waiting` and `closed` are only touched between `lock` and `unlock` of
/// `mutex`; `mutex` and `condition` are heap cells that live as long as this object and are made for sharing. A thread
/// that waits inside holds a reference to this object, so that `deinit` cannot run under it.
final class JobQueue<Job: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let limit: Int
    private var jobs: [Job?] = []
    private var head = 0
    private var waiting = 0
    private var closed = false

    enum Acceptance { case accepted, full, closed }

    init(limit: Int) {
        self.limit = limit
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func put(_ job: Job) -> Acceptance {
        pthread_mutex_lock(mutex)
        guard !closed, jobs.count - head < limit else {
            let answer: Acceptance = closed ? .closed : .full
            pthread_mutex_unlock(mutex)
            return answer
        }
        jobs.append(job)
        // A thread that is busy looks here again before it waits: no system call is needed for it.
        let wake = waiting > 0
        pthread_mutex_unlock(mutex)
        if wake { pthread_cond_signal(condition) }
        return .accepted
    }

    /// The next job; waits for one; nil when the queue is closed and empty.
    func take() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard waitForJobs() else { return nil }
        return removeFirst()
    }

    /// What is there now, at most `count`, without waiting for more; waits while there is nothing.
    func takeAll(atMost count: Int) -> [Job]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard waitForJobs() else { return nil }
        var taken: [Job] = []
        let size = min(count, jobs.count - head)
        taken.reserveCapacity(size)
        while taken.count < size, let job = removeFirst() { taken.append(job) }
        return taken
    }

    /// Refuses new jobs; those accepted are still served.
    func close() {
        pthread_mutex_lock(mutex)
        closed = true
        pthread_mutex_unlock(mutex)
        pthread_cond_broadcast(condition)
    }

    var count: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return jobs.count - head
    }

    var isClosed: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return closed
    }

    private func waitForJobs() -> Bool {
        while head == jobs.count {
            if closed { return false }
            waiting += 1
            pthread_cond_wait(condition, mutex)
            waiting -= 1
        }
        return true
    }

    private func removeFirst() -> Job? {
        let job = jobs[head]
        jobs[head] = nil
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: jobs.count <= 1024)
            head = 0
        } else if head >= 1024 {
            jobs.removeFirst(head)
            head = 0
        }
        return job
    }
}
