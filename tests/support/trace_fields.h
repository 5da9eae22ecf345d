/* trace_fields: any message as "name=value ..." by its descriptor, for facts that need no line of
 * their own making. Times (*_at_ms, *_due_ms, ...) count from the base of the trace. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

/* Writes at most size bytes with the NUL; what does not fit is cut. Absent fields are left out. */
void trace_fields(const ProtobufCMessage *message, uint64_t base_ms, char *text, size_t size);
/* The set member of a oneof; NULL if none. */
const ProtobufCMessage *trace_member(const ProtobufCMessage *message, unsigned field);
