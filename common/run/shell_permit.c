/* shell_permit: the door of this process: who is heard, by the peers file and by grants.
 *
 * Owns the door. What must stay true: real time decides whether a grant lives, however fast the
 * site's own clock runs; and the file that is in force is the one that the log tells of. */

#include "common/run/shell_parts.h"

/* What this process asks of itself (ports) is its own right. */
Paidan__Code shell_permit_ask(void *context, const struct step_service *service,
                              const struct step_peer *peer, const Paidan__Request *request,
                              struct permit_asker *asker)
{
    struct shell *const shell = context;
    if (peer == NULL) {
        asker->free = true;
        return PAIDAN__CODE__OK;
    }
    return permit_door_ask(shell->door, service->name, peer->uid, request, clock_wall_ms(), asker);
}

enum rc shell_permit_pass(void *context, uint64_t ticket, struct arena *arena,
                          ProtobufCBinaryData *pass)
{
    struct shell *const shell = context;
    return permit_door_pass(shell->door, ticket, clock_wall_ms(), arena, pass);
}

static void peers_tell(struct shell *shell)
{
    const struct permit_peers *const peers = permit_door_peers(shell->door);
    step_engine_set_peers(shell->engine, peers->filed ? peers->digest : NULL,
                          (uint32_t)peers->count);
    if (peers->filed) {
        diag_log(DIAG_INFO, "shell", "peers=%zu", peers->count);
    }
}

/* The engine is opened between the two: it asks the door, and is told of the file. */
enum rc shell_permit_open(struct shell *shell)
{
    return permit_door_open(shell->settings.data_dir, shell->settings.peers, &shell->door);
}

void shell_permit_begin(struct shell *shell)
{
    peers_tell(shell);
}

void shell_permit_again(struct shell *shell)
{
    if (permit_door_reload(shell->door) == RC_OK) {
        peers_tell(shell);
        shell->step_wanted = true;
    } else {
        diag_log(DIAG_ERROR, "shell", "peers=kept");
    }
}
