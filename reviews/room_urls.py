"""Addresses of the review room and of marks by typed time, under the address of the case."""

from django.urls import path

from reviews.views import marks, room, room_data

_CASE = "cases/<uuid:case_id>/"
_ROOM = _CASE + "room/"
_MARK = "<uuid:annotation_id>/"

urlpatterns = [
    path(_ROOM, room.room, name="room"),
    path(_ROOM + "marks/", room_data.add_mark, name="room-marks"),
    path(_ROOM + "marks/" + _MARK, room_data.change_mark, name="room-mark"),
    path(_ROOM + "marks/" + _MARK + "delete/", room_data.delete_mark, name="room-mark-delete"),
    path(_ROOM + "viewings/", room_data.add_viewing, name="room-viewings"),
    path(_ROOM + "recordings/<uuid:link_id>/", room_data.open_recording, name="room-recording"),
    path(_CASE + "marks/", marks.marks, name="marks"),
    path(_CASE + "marks/" + _MARK, marks.mark, name="mark"),
    path(_CASE + "marks/" + _MARK + "delete/", marks.remove, name="mark-delete"),
]
