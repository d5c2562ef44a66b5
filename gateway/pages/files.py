"""The file's page: the file itself, and who was sent for it; and the form for a new firmware."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminFileFieldWidget

from gateway.pages import tables
from gateway.pages.forms.base import TEXT, PemField
from stations import files
from stations.admin.files import StationFileAdmin
from stations.admin.show import page
from stations.giving import release_connection
from stations.models import FileLink, StationFile


class FirmwareForm(forms.Form):
    title, icon = "Upload firmware", "upload_file"
    explanation = "An image that stations can be told to fetch from this gateway and to install."
    file = forms.FileField(label="Image", widget=UnfoldAdminFileFieldWidget)
    version = forms.CharField(max_length=50, required=False, widget=TEXT)
    vendor = forms.CharField(max_length=50, required=False, widget=TEXT)
    model = forms.CharField(max_length=50, required=False, widget=TEXT)
    note = forms.CharField(max_length=255, required=False, widget=TEXT)
    signature = forms.CharField(
        max_length=800, required=False, widget=TEXT, help_text="Base64, by the vendor. For signed updates only."
    )
    signing_certificate = PemField(max_length=5500, required=False, help_text="PEM.")

    def keep(self, actor: str) -> StationFile | None:
        """Store the image; None where it is too big: the form then says so."""
        about = dict(self.cleaned_data)
        image = about.pop("file")
        release_connection()
        try:
            return files.keep_firmware(chunks=image.chunks(), name=image.name, actor=actor, **about)
        except files.TooBig:
            self.add_error("file", "The file is larger than MAX_UPLOAD_MB.")
            return None


class FilePage(StationFileAdmin):
    change_form_outer_before_template = "gateway/file.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.content)
        return [path("<int:pk>/content/", view, name="stations_stationfile_content"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("stations.add_stationfile"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Not the admin's own: that one is atomic, and would hold the database while the image is written."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FirmwareForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and (file := form.keep(request.user.get_username())):
            return redirect(page(file))
        context = self.admin_site.each_context(request) | {
            "title": form.title, "opts": self.opts, "form": form,
            "back": reverse("admin:stations_stationfile_changelist"),
        }  # fmt: skip
        return TemplateResponse(request, "gateway/command_form.html", context)

    def content(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file = StationFile.objects.filter(pk=pk).first()
        if file is None:
            raise Http404
        if not self.has_view_permission(request, file):
            raise PermissionDenied
        release_connection()
        try:
            return files.file_answer(request, file)
        except files.NoEntry as error:
            raise Http404(str(error)) from None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if file := kwargs.get("obj"):
            links = FileLink.objects.filter(file=file).select_related("station").prefetch_related("commands")
            context |= {"content": content_of(file), "links": tables.file_links(links.order_by("-pk")[:50])}
        return super().render_change_form(request, context, *args, **kwargs)


def content_of(file: StationFile) -> str:
    return reverse("admin:stations_stationfile_content", args=[file.pk])
